import { OctavoError } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { mapArgument } from "../argument.ts";
import { size as sizeOf } from "../graph-function.ts";
import { comparerOf } from "./compare-runs.ts";
import type { Followers } from "./compare-runs.ts";
import type { Recorder } from "./recorder.ts";
import { axesOf, axesWith, resized } from "./resized.ts";
import type { Axis } from "./resized.ts";

/**
 * Finds out which numbers in a graph follow the sizes of its inputs, by running the model again with each of them changed.
 * Numbers that are a size become `size` nodes. What is computed from a size is a constant, for which the graph takes inputs of that
 * size alone: its placeholders get `sizes`; of the batch, it is an error.
 *
 * @param run records the model with other inputs, or gives null where it does not take them; the graph does not then either.
 * @throws ArgumentError naming the step that depends on the batch size.
 */
export function followSizes(
  first: Recorder,
  tensors: readonly Tensor[],
  run: (tensors: readonly Tensor[]) => Recorder | null,
): void {
  const compare = comparerOf(first);
  const left = new Set(axesOf(tensors));
  for (const lead of left) {
    left.delete(lead);
    const before = tensors[lead.tensor].shape[lead.axis];
    if (before === 0) continue;
    // Twice as wide an image has levels that fit each other; a batch costs time.
    const after = isBatch(lead) ? before + 1 : 2 * before;
    for (const axes of axesWith(lead, [...left], tensors)) {
      const second = run(resized(tensors, axes, after));
      if (!second) continue;
      for (const axis of axes) left.delete(axis);
      const found = isBatch(lead)
        ? compare(second, before, after)
        : attempt(() => compare(second, before, after));
      if (found) readAgain(first, found, lead);
      else fix(first, axes, before);
      break;
    }
  }
}

const isBatch = ({ tensor, axis }: Axis): boolean => tensor === 0 && axis === 0;

function attempt<T>(compare: () => T): T | null {
  try {
    return compare();
  } catch (error) {
    if (OctavoError.isInstance(error)) return null;
    throw error;
  }
}

/** Replaces leaves of the arguments of nodes by one node that reads the size. */
function readAgain({ graph }: Recorder, found: Followers, { tensor, axis }: Axis): void {
  if (found.size === 0) return;
  const { placeholders } = graph;
  const size = graph.insertAfter(placeholders.at(-1)!, {
    op: "callFunction",
    target: sizeOf,
    args: [placeholders[tensor], axis],
  });
  for (const [node, leaves] of found) {
    let at = 0;
    const replace = (leaf: unknown) => (leaves.has(at++) ? size : leaf);
    const [args, kwargs] = mapArgument([node.args, node.kwargs], replace) as [
      unknown[],
      Record<string, unknown>,
    ];
    node.args = args;
    node.kwargs = kwargs;
  }
}

function fix({ graph }: Recorder, axes: readonly Axis[], size: number): void {
  for (const { tensor, axis } of axes) {
    const placeholder = graph.placeholders[tensor];
    placeholder.kwargs = { sizes: { ...(placeholder.kwargs.sizes as object), [axis]: size } };
  }
}

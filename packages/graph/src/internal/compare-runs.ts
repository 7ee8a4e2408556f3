import { ArgumentError } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { mapArgument } from "../argument.ts";
import { size } from "../graph-function.ts";
import { Node } from "../node.ts";
import { placeOf } from "./place-of.ts";
import type { Recorder } from "./recorder.ts";

/**
 * Checks that a second run, with other inputs, took the same steps. Numbers that were the batch size in both runs, of
 * batches of two `sizes`, become `size` nodes in the first graph; any other difference is an error.
 */
export function compareRuns(
  first: Recorder,
  second: Recorder,
  sizes: readonly [before: number, after: number],
): void {
  const nodes = [...first.graph.nodes];
  const others = second.graph.nodes;
  const [input] = first.graph.placeholders;
  let batch: Node | null = null;
  const batchSize = () =>
    (batch ??= first.graph.insertAfter(first.graph.placeholders.at(-1)!, {
      op: "callFunction",
      target: size,
      args: [input, 0],
    }));
  nodes.forEach((node, i) => {
    const other = others[i];
    if (!other || other.op !== node.op || other.targetName !== node.targetName) throw otherPath(node, other);
    if (node.op === "getAttr") requireSameConstant(node, first.targets, second.targets);
    const values = leavesOf([other.args, other.kwargs]);
    let at = 0;
    const follow = (leaf: unknown) => {
      const twin = values[at++];
      if (leaf === sizes[0] && twin === sizes[1]) return batchSize();
      if (!isSame(leaf, twin)) throw changed(node, leaf, twin);
      return leaf;
    };
    const [args, kwargs] = mapArgument([node.args, node.kwargs], follow) as [
      unknown[],
      Record<string, unknown>,
    ];
    if (at !== values.length) throw changed(node, `${at} arguments`, values.length);
    node.args = args;
    node.kwargs = kwargs;
  });
  if (others.length > nodes.length) throw otherPath(first.graph.output, others.at(-1));
}

function leavesOf(argument: unknown): unknown[] {
  const leaves: unknown[] = [];
  mapArgument(argument, (leaf) => leaves.push(leaf));
  return leaves;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Node) return b instanceof Node && a.name === b.name;
  if (typeof a !== "object" || a === null) return Object.is(a, b);
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return String(a) === String(b);
  return true;
}

/** A tensor that forward makes anew on each call must hold the same values for all inputs. */
function requireSameConstant(node: Node, first: Recorder["targets"], second: Recorder["targets"]): void {
  const [a, b] = [first[node.targetName], second[node.targetName]] as Tensor[];
  if (a === b || (a.shape.join() === b.shape.join() && String(a.raw()) === String(b.raw()))) return;
  throw new ArgumentError({
    where: `trace: ${[...node.users].map(placeOf).join(", ")}`,
    expected: "operands that come from the inputs by operations on tensors, or are constant",
    got: `a tensor [${a.shape}] made inside forward that changes with the inputs`,
    hint: "What is made anew for each batch cannot be followed: make it of size 1, which is as wide as it has to be, or make the module a leaf.",
  });
}

function otherPath(node: Node, other: Node | undefined): ArgumentError {
  return new ArgumentError({
    where: `trace: ${placeOf(node)}`,
    expected: "forward to do the same for all inputs",
    got: `${node.targetName} for the example inputs, ${other?.targetName ?? "nothing"} for others like them`,
    hint: "A branch that depends on the batch size cannot be traced: put it into a module of its own and make that a leaf (isLeaf).",
  });
}

function changed(node: Node, value: unknown, twin: unknown): ArgumentError {
  return new ArgumentError({
    where: `trace: ${placeOf(node)}`,
    expected: "arguments that are the same for all inputs, or the batch size",
    got: `${String(value)} for the example inputs and ${String(twin)} for others like them`,
    hint: "Numbers computed from values or from the batch size become constants: use -1 or flatten where a size is free.",
  });
}

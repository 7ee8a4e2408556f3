import { ArgumentError, describeGiven, withDefaults } from "@octavo/spec";
import { stepOn } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { noGrad, Tensor, withTracer } from "@octavo/tensor";
import { GraphModule } from "./graph-module.ts";
import { inputNames } from "./input-names.ts";
import { followSizes } from "./internal/follow-sizes.ts";
import { Recorder } from "./internal/recorder.ts";
import type { LeafRule } from "./internal/recorder.ts";
import { withoutSideEffects } from "./internal/without-side-effects.ts";
import { isLeafModule } from "./is-leaf-module.ts";

export interface TraceOptions {
  /** Which modules are recorded whole instead of traced through. Default: `isLeafModule`. */
  readonly isLeaf?: LeafRule;
}

/**
 * Records what a model does with example inputs as a `GraphModule`, as torch.fx.symbolic_trace, but by running it: in
 * eval mode, without gradients, leaving training flags and buffers as they were. The graph shares the model's leaf
 * modules; inputs that are no tensors become constants.
 *
 * Elements that depend on an input cannot be read (`item()`, `data`, `toArray()`) but inside leaf modules: what came of it, a
 * branch or a number, would be the same in all runs of the graph. Printing them is no reading.
 *
 * The model runs again with each size of its inputs changed: sizes (`x.reshape([x.shape[0], -1])`) are read again on every run
 * of the graph. What is computed from a size (`x.shape[2] * x.shape[3]`) stays what it was, and the graph takes inputs of
 * that size alone; computed from the batch size, it is an error.
 *
 * A functional call with a parameter as weight (`conv2d(x, this.w, this.b)`) becomes a call of a module, so that it is
 * quantized like any other.
 *
 * @param exampleInputs a tensor or the list of forward's arguments.
 * @throws ArgumentError if the output does not depend on an input, or forward reads elements or does other things for
 *   another batch, naming the module.
 */
export function trace<I extends unknown[], O>(
  model: Module<I, O>,
  exampleInputs: Tensor | readonly unknown[],
  options: TraceOptions = {},
): GraphModule<I, O> {
  const where = stepOn("trace", model);
  const { isLeaf } = withDefaults(where, { isLeaf: isLeafModule as LeafRule }, options);
  const inputs: unknown = exampleInputs instanceof Tensor ? [exampleInputs] : exampleInputs;
  requireList(where, inputs);
  const { targets, graph } = withoutSideEffects(model, () => {
    const first = record(model, inputs, isLeaf);
    requireUsedInputs(first);
    const tensors = inputs.filter((x) => x instanceof Tensor);
    followSizes(first, tensors, (others) => {
      const rest = [...others];
      const changed = inputs.map((x) => (x instanceof Tensor ? rest.shift() : x));
      return attempt(() => record(model, changed, isLeaf));
    });
    removeUnusedItems(first);
    return first;
  });
  const result = new GraphModule<I, O>(targets, graph);
  const originals = new Set(model.modules());
  for (const module of result.modules()) if (!originals.has(module)) module.training = model.training;
  return result;
}

/** @throws ArgumentError */
function requireList(where: string, inputs: unknown): asserts inputs is readonly unknown[] {
  if (Array.isArray(inputs)) return;
  throw new ArgumentError({
    where,
    expected: "example inputs: a tensor, or a list of forward's arguments",
    got: describeGiven(inputs),
  });
}

function record(model: Module, inputs: readonly unknown[], isLeaf: LeafRule): Recorder {
  const recorder = new Recorder(model, isLeaf);
  const names = inputNames(model, inputs.length);
  const stands = inputs.map((x, i) => (x instanceof Tensor ? recorder.input(names[i], x) : x));
  recorder.output(noGrad(() => withTracer(recorder, () => model(...stands))));
  return recorder;
}

/** A model may be written for inputs of some sizes, then the graph is too. */
function attempt<T>(run: () => T): T | null {
  try {
    return run();
  } catch {
    return null;
  }
}

function requireUsedInputs({ graph }: Recorder): void {
  const needed = new Set([graph.output]);
  for (const node of needed) for (const input of node.inputs) needed.add(input);
  const unused = graph.placeholders.filter((node) => !needed.has(node));
  if (graph.placeholders.length > 0 && unused.length === 0) return;
  throw new ArgumentError({
    where: "trace",
    expected: "an output that depends on every input",
    got: unused.length > 0 ? `none on ${unused.join(", ")}` : "no tensor among the example inputs",
    hint: "Give trace as tensors what forward uses, and nothing else.",
  });
}

/** Results of a module that forward did not use. */
function removeUnusedItems({ graph }: Recorder): void {
  for (const node of [...graph.nodes].reverse()) {
    if (node.calls("getitem") && node.users.size === 0) graph.eraseNode(node);
  }
}

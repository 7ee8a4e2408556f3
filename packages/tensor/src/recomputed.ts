import { ArgumentError } from "@octavo/spec";
import { backward, enableGrad, noGrad } from "./autograd.ts";
import { defaultGenerator } from "./generator.ts";
import type { GeneratorState } from "./generator.ts";
import { adopt, isolatedFrame } from "./internal/ownership.ts";
import { applyOp } from "./op.ts";
import type { Op, OpInputs } from "./op.ts";
import { Tensor } from "./tensor.ts";

type Run = (...inputs: Tensor[]) => Tensor;

/**
 * `first(...inputs)`, of which backward keeps nothing but the inputs: it calls `again` with them, with the default random
 * generator as it was, and goes back through that. Both must compute the same. `checkpoint` of nn is made of this.
 */
export function recomputed(first: Run, again: Run, inputs: readonly Tensor[]): Tensor {
  const random = defaultGenerator.stateDict();
  // A frame of its own: what is made inside is released now, not when the outermost module call ends.
  const y = isolatedFrame(
    () => noGrad(() => requireTensor(first(...inputs)).detach()),
    (result) => [result.storage],
  );
  // Without it, parameters alone would not make the result part of the graph.
  y.requiresGrad = true;
  const op: Op = {
    name: "checkpoint",
    shape: () => y,
    view: () => true,
    forward: () => {},
    backward: (_, gradient, { inputs: [, ...given] }) => [null, ...gradients(again, given, random, gradient)],
    saves: { inputs: [false, ...inputs.map(() => true)] },
  };
  const result = applyOp(op, [y, ...inputs] as OpInputs, {});
  y.storage.release();
  return result;
}

function gradients(
  again: Run,
  given: OpInputs,
  random: GeneratorState,
  gradient: Tensor,
): readonly (Tensor | null)[] {
  const leaves = given.map((x) => x!.detach().requiresGrad_(x!.requiresGrad));
  const y = withRandom(random, () => enableGrad(() => again(...leaves)));
  if (!y.node) return leaves.map((leaf) => (leaf === y ? gradient : null));
  backward(y, gradient);
  return leaves.map(({ grad }) => {
    // A leaf owns its gradient; from here on the frame of this rule does.
    if (grad) adopt(grad.storage);
    return grad;
  });
}

function withRandom<T>(state: GeneratorState, body: () => T): T {
  const now = defaultGenerator.stateDict();
  defaultGenerator.loadStateDict(state);
  try {
    return body();
  } finally {
    defaultGenerator.loadStateDict(now);
  }
}

function requireTensor(y: unknown): Tensor {
  if (y instanceof Tensor) return y;
  throw new ArgumentError({
    where: "checkpoint",
    expected: "a function that returns one tensor",
    got: Array.isArray(y) ? "an array" : typeof y,
    hint: "Checkpoint the parts that return one each.",
  });
}

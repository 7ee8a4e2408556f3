import { ShapeError } from "@octavo/spec";
import { callContext, requireTensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** What a recurrent layer or cell takes. */
export interface RecurrentShapes {
  readonly inputSize: number;
  /** Axes of an input, for people, with the batch and without; the last one has `inputSize` features. */
  readonly axes: readonly [batched: readonly string[], single: readonly string[]];
  /** The shape of a state for an input of this shape. */
  readonly stateShape: (input: readonly number[]) => readonly number[];
  readonly hint: string;
}

/**
 * @param where the module, where no model runs; `states` are the initial ones that were given
 * @throws ShapeError for an input or states that do not fit. @throws ArgumentError for an input that is no tensor.
 */
export function requireRecurrentShapes(
  where: string,
  { inputSize, axes, stateShape, hint }: RecurrentShapes,
  x: Tensor,
  states: readonly Tensor[],
): void {
  requireTensor(x, where);
  const fail = (expected: string, got: Tensor) => {
    throw new ShapeError({
      where: callContext()?.where() ?? where,
      expected,
      got: `[${got.shape.join(", ")}]`,
      hint,
    });
  };
  if (!axes.some(({ length }) => x.rank === length + 1) || x.shape[x.rank - 1] !== inputSize) {
    const shapes = axes.map((names) => `[${[...names, inputSize].join(", ")}]`);
    fail(`an input of shape ${shapes.join(" or ")}`, x);
  }
  const wanted = stateShape(x.shape).join(", ");
  for (const state of states) {
    if (state.shape.join(", ") === wanted) continue;
    fail(`states of shape [${wanted}] for an input of shape [${x.shape.join(", ")}]`, state);
  }
}

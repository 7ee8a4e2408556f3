import { ShapeError } from "@octavo/spec";
import { callContext, requireTensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/**
 * @param where the cell, where no model runs; `states` are the initial ones that were given
 * @throws ShapeError for an input or states that do not fit a recurrent cell. @throws ArgumentError for what is no tensor.
 */
export function requireStep(
  where: string,
  { inputSize, hiddenSize }: { readonly inputSize: number; readonly hiddenSize: number },
  x: Tensor,
  states: readonly Tensor[],
): void {
  requireTensor(x, where);
  const { rank, shape } = x;
  const fail = (expected: string, got: Tensor) => {
    throw new ShapeError({
      where: callContext()?.where() ?? where,
      expected,
      got: `[${got.shape.join(", ")}]`,
      hint: "A cell takes one time at once: of a sequence x.select(0, t), or give it to LSTM, GRU or RNN whole.",
    });
  };
  if ((rank !== 1 && rank !== 2) || shape[rank - 1] !== inputSize) {
    fail(`an input of shape [batch, ${inputSize}] or [${inputSize}]`, x);
  }
  const wanted = [...shape.slice(0, -1), hiddenSize].join(", ");
  for (const state of states) {
    if (state.shape.join(", ") === wanted) continue;
    fail(`states of shape [${wanted}] for an input of shape [${shape.join(", ")}]`, state);
  }
}

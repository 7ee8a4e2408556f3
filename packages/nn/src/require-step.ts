import type { Tensor } from "@octavo/tensor";
import { requireRecurrentShapes } from "./internal/require-recurrent-shapes.ts";

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
  const taken = {
    inputSize,
    axes: [["batch"], []],
    stateShape: (input: readonly number[]) => [...input.slice(0, -1), hiddenSize],
    hint: "A cell takes one time at once: of a sequence x.select(0, t), or give it to LSTM, GRU or RNN whole.",
  } as const;
  requireRecurrentShapes(where, taken, x, states);
}

import type { Tensor } from "@octavo/tensor";
import { requireRecurrentShapes } from "./internal/require-recurrent-shapes.ts";

/** A recurrent layer, by the sizes of what it takes. */
export interface SequenceLayer {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly batchFirst: boolean;
  /** One state for each layer and direction. */
  readonly stateCount: number;
}

/**
 * @param where the layer, where no model runs; `states` are the initial ones that were given
 * @throws ShapeError for an input or states that do not fit the layer. @throws ArgumentError for what are no tensors.
 */
export function requireSequence(
  where: string,
  { inputSize, hiddenSize, batchFirst, stateCount }: SequenceLayer,
  x: Tensor,
  states: readonly Tensor[],
): void {
  const taken = {
    inputSize,
    axes: [batchFirst ? ["batch", "time"] : ["time", "batch"], ["time"]],
    stateShape: (input: readonly number[]) => [
      stateCount,
      ...(input.length === 3 ? [input[batchFirst ? 0 : 1]] : []),
      hiddenSize,
    ],
    hint: batchFirst
      ? "The batch is the first axis of the input, and the second of states."
      : "The batch is the second axis, unless the layer is made with batchFirst: true.",
  } as const;
  requireRecurrentShapes(where, taken, x, states);
}

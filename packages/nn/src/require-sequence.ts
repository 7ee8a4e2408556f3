import { ShapeError } from "@octavo/spec";
import { callContext, requireTensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

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
  for (const given of [x, ...states]) requireTensor(given, where);
  const { rank, shape } = x;
  const fail = (expected: string, got: Tensor) => {
    throw new ShapeError({
      where: callContext()?.where() ?? where,
      expected,
      got: `[${got.shape.join(", ")}]`,
      hint: batchFirst
        ? "The batch is the first axis of the input, and the second of states."
        : "The batch is the second axis, unless the layer is made with batchFirst: true.",
    });
  };
  if ((rank !== 2 && rank !== 3) || shape[rank - 1] !== inputSize) {
    const axes = batchFirst ? "batch, time" : "time, batch";
    fail(`an input of shape [${axes}, ${inputSize}] or [time, ${inputSize}]`, x);
  }
  const batch = rank === 3 ? [shape[batchFirst ? 0 : 1]] : [];
  const wanted = [stateCount, ...batch, hiddenSize].join(", ");
  for (const state of states) {
    if (state.shape.join(", ") === wanted) continue;
    fail(`states of shape [${wanted}] for an input of shape [${shape.join(", ")}]`, state);
  }
}

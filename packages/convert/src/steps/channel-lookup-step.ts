import type { QParams } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import type { QuantizedOutput } from "../internal/output-state.ts";
import { tableOf } from "./lookup-step.ts";
import type { ProgramStep } from "./program-op.ts";

/**
 * Any function of a value and its channel as a table of 256 integers per channel, computed once for the input's qparams.
 * @param example an input, whose rank and channels count.
 * @param apply on (256, channels, 1, …) of that rank.
 */
export function channelLookupStep(
  input: QParams,
  { rank, shape: [, channels] }: Tensor,
  apply: (x: Tensor) => Tensor,
  output: QuantizedOutput,
): ProgramStep {
  const pixels = new Array<number>(rank - 2).fill(1);
  const data = tableOf(
    input,
    channels,
    (values) =>
      apply(
        values
          .reshape([channels, 256])
          .permute([1, 0])
          .reshape([256, channels, ...pixels]),
      )
        .reshape([256, channels])
        .permute([1, 0])
        .reshape([channels * 256]),
    output,
  );
  return Object.freeze({
    op: "channelLookup",
    attributes: {},
    constants: { tables: { dtype: output.dtype, shape: [channels, 256], data } },
    output,
  });
}

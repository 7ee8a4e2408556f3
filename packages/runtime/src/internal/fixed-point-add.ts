import { roundHalfToEven } from "@octavo/spec";
import type { Kernels, Q8 } from "@octavo/spec";

import type { Step } from "../step.ts";
import { readRange } from "./quantized-layer.ts";

/**
 * QNNPACK's addition (`pytorch_qnnp_compute_add_quantization_params`): scales over the output's as multipliers of 22 bits.
 * @throws FormatError where one of them is 2^9 or more, or both are below 2^-10, as QNNPACK refuses them too.
 */
export function fixedPointAdd(step: Step, kernels: Kernels): (a: Q8, b: Q8, y: Q8) => void {
  const [a, b, out] = [...step.inputs, ...step.outputs].map((value) => step.quantized8(value).qparams);
  const { low, high } = readRange(step, step.outputs[0]);
  const scales = [a, b].map(({ scale }) => Math.fround(scale / out.scale));
  const shift = 21 - Math.floor(Math.log2(Math.max(...scales)));
  if (shift < 13 || shift > 31) {
    step.fail("scales of at most 2^9 times the output's, one of them at least 2^-10 of it", `${scales}`);
  }
  const [aMultiplier, bMultiplier] = scales.map((scale) => roundHalfToEven(scale * 2 ** shift));
  return (x, other, y) =>
    kernels.quantizedAddFixed(
      x,
      aMultiplier,
      a.zeroPoint,
      other,
      bMultiplier,
      b.zeroPoint,
      y,
      shift,
      out.zeroPoint,
      low,
      high,
    );
}

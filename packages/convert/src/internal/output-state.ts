import { ArgumentError } from "@octavo/spec";
import type { QuantizedDType } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";
import type { ActivationQParams } from "./program-value.ts";

/** dtype and qparams of a module's output; frozen, so that clones share it. */
export interface QuantizedOutput {
  readonly dtype: QuantizedDType;
  readonly qparams: ActivationQParams;
}

/** `scale` and `zero_point` of a state dict, as torch stores them: float32 and int64, of shape [] or [1]. */
export function outputState(
  { qparams: { scale, zeroPoint } }: QuantizedOutput,
  shape: readonly number[] = [],
): Map<string, Tensor> {
  const scales = new Tensor({ shape });
  scales.data[0] = scale;
  const zeroPoints = new Tensor({ shape, dtype: "int64" });
  zeroPoints.raw<BigInt64Array>()[0] = BigInt(zeroPoint);
  return new Map([
    ["scale", scales],
    ["zero_point", zeroPoints],
  ]);
}

/**
 * The output with scale and zero point from a state dict, where it has them; dtype and range stay.
 * @throws ArgumentError for a scale that is not positive, or a zero point outside the range.
 */
export function loadedOutput(output: QuantizedOutput, state: ReadonlyMap<string, Tensor>): QuantizedOutput {
  const { dtype, qparams } = output;
  const scale = state.get("scale")?.item() ?? qparams.scale;
  const zeroPoint = state.get("zero_point")?.item() ?? qparams.zeroPoint;
  const { quantMin, quantMax } = qparams;
  if (!(scale > 0 && scale < Infinity) || !(zeroPoint >= quantMin && zeroPoint <= quantMax)) {
    throw new ArgumentError({
      where: "loadStateDict of a quantized module",
      expected: `scale above 0, zero_point from ${quantMin} to ${quantMax}`,
      got: `${scale} and ${zeroPoint}`,
    });
  }
  return Object.freeze({ dtype, qparams: { ...qparams, scale, zeroPoint } });
}

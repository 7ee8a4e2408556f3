import type { ActivationQParams } from "./program-value.ts";
import { QuantizationError, roundHalfToEven } from "@octavo/spec";
import { callContext } from "@octavo/tensor";

const fl = Math.fround;

/**
 * qparams of `x + value`: the zero point moves; where it would leave the range, it stops at the end and the scale grows
 * to hold all values. torch: `qadd_scalar` in aten/src/ATen/native/quantized/cpu/BinaryOps.cpp.
 */
export function shiftedQParams(x: ActivationQParams, value: number): ActivationQParams {
  const { scale, quantMin, quantMax } = x;
  const zeroPoint = x.zeroPoint - roundHalfToEven(value / scale);
  const levels = quantMax - quantMin;
  const by = Math.max(levels, quantMax - zeroPoint, zeroPoint - quantMin);
  return usable("addScalar", value, {
    ...x,
    scale: fl((by / levels) * scale),
    zeroPoint: Math.min(Math.max(zeroPoint, quantMin), quantMax),
  });
}

/** qparams of `x · value`: the scale is multiplied; a negative value mirrors the range. torch: `qmul_scalar`. */
export function scaledQParams(x: ActivationQParams, value: number): ActivationQParams {
  if (value === 0) return { ...x, scale: 1, zeroPoint: Math.max(0, x.quantMin) };
  const zeroPoint = value > 0 ? x.zeroPoint : x.quantMin + x.quantMax - x.zeroPoint;
  return usable("mulScalar", value, { ...x, scale: fl(Math.abs(value) * x.scale), zeroPoint });
}

/** @throws QuantizationError for a number that leaves no scale, as NaN, ±∞ and what float32 cannot hold. */
function usable(operation: string, value: number, qparams: ActivationQParams): ActivationQParams {
  const { scale, zeroPoint } = qparams;
  if (scale > 0 && scale < Infinity && Number.isInteger(zeroPoint)) return qparams;
  throw new QuantizationError({
    where: callContext()?.where() ?? "QFunctional",
    expected: `${operation} of a number whose result has a finite scale above 0`,
    got: `${value}`,
  });
}

import type { ActivationQParams } from "./program-value.ts";
import { roundHalfToEven } from "@octavo/spec";

const fl = Math.fround;

/**
 * qparams of `x + value`: the zero point moves; where it would leave the range, it stops at the end and the scale grows
 * to hold all values. torch: `qadd_scalar` in aten/src/ATen/native/quantized/cpu/BinaryOps.cpp.
 */
export function shiftedQParams(x: ActivationQParams, value: number): ActivationQParams {
  const { scale, quantMin, quantMax } = x;
  const zeroPoint = x.zeroPoint - roundHalfToEven(value / scale);
  const levels = quantMax - quantMin;
  if (zeroPoint < quantMin)
    return { ...x, scale: fl(((quantMax - zeroPoint) / levels) * scale), zeroPoint: quantMin };
  if (zeroPoint > quantMax)
    return { ...x, scale: fl(((zeroPoint - quantMin) / levels) * scale), zeroPoint: quantMax };
  return { ...x, zeroPoint };
}

/** qparams of `x · value`: the scale is multiplied; a negative value mirrors the range. torch: `qmul_scalar`. */
export function scaledQParams(x: ActivationQParams, value: number): ActivationQParams {
  if (value === 0) return { ...x, scale: 1, zeroPoint: Math.max(0, x.quantMin) };
  const zeroPoint = value > 0 ? x.zeroPoint : x.quantMin + x.quantMax - x.zeroPoint;
  return { ...x, scale: fl(Math.abs(value) * x.scale), zeroPoint };
}

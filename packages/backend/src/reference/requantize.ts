import type { Kernels, Q8 } from "@octavo/spec";
import { roundingShift } from "./rounding-shift.ts";

const { fround } = Math;
/** docs/numerics.md, requantize: one row of channels, accumulators in `sums`. */
export function requantizeRow(
  sums: Int32Array,
  start: number,
  bias: Float32Array | Int32Array,
  multiplier: Float32Array,
  y: Q8,
  yStart: number,
  channels: number,
  yZeroPoint: number,
  low: number,
  high: number,
): void {
  const integerBias = bias instanceof Int32Array;
  for (let c = 0; c < channels; c++) {
    const sum = integerBias
      ? fround(clampInt32(sums[start + c] + bias[c]))
      : fround(fround(sums[start + c]) + bias[c]);
    const integer = fround(sum * multiplier[c]) + roundingShift - roundingShift + yZeroPoint;
    y[yStart + c] = integer < low ? low : integer > high ? high : integer;
  }
}

export const requantizeKernels = {
  requantize(accumulator, bias, multiplier, y, rows, channels, yZeroPoint, low, high) {
    for (let row = 0; row < rows; row++) {
      const start = row * channels;
      requantizeRow(accumulator, start, bias, multiplier, y, start, channels, yZeroPoint, low, high);
    }
  },
} satisfies Partial<Kernels>;

function clampInt32(x: number): number {
  return Math.max(-2147483648, Math.min(2147483647, x));
}

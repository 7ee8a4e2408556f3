import type { Kernels } from "@octavo/spec";
import { roundingShift } from "./rounding-shift.ts";

const { fround } = Math;
/** Dequantize, one float32 operation, quantize; scales are rounded to float32 first. */
export const quantizedElementwiseKernels = {
  quantizedAdd(a, aScale, aZeroPoint, b, bScale, bZeroPoint, y, yScale, yZeroPoint, low, high) {
    const [aStep, bStep, inverse] = [fround(aScale), fround(bScale), fround(1 / fround(yScale))];
    for (let i = 0; i < y.length; i++) {
      const sum = fround(fround((a[i] - aZeroPoint) * aStep) + fround((b[i] - bZeroPoint) * bStep));
      const integer = fround(sum * inverse) + roundingShift - roundingShift + yZeroPoint;
      y[i] = integer < low ? low : integer > high ? high : integer;
    }
  },

  quantizedMul(a, aScale, aZeroPoint, b, bScale, bZeroPoint, y, yScale, yZeroPoint, low, high) {
    const [aStep, bStep, inverse] = [fround(aScale), fround(bScale), fround(1 / fround(yScale))];
    for (let i = 0; i < y.length; i++) {
      const product = fround(fround((a[i] - aZeroPoint) * aStep) * fround((b[i] - bZeroPoint) * bStep));
      const integer = fround(product * inverse) + roundingShift - roundingShift + yZeroPoint;
      y[i] = integer < low ? low : integer > high ? high : integer;
    }
  },

  quantizedLookup(x, table, y) {
    const smallest = x instanceof Int8Array ? -128 : 0;
    for (let i = 0; i < y.length; i++) y[i] = table[x[i] - smallest];
  },

  quantizedChannelLookup(x, tables, y, channels) {
    const smallest = x instanceof Int8Array ? -128 : 0;
    for (let i = 0, c = 0; i < y.length; i++) {
      y[i] = tables[256 * c + x[i] - smallest];
      if (++c === channels) c = 0;
    }
  },

  quantizedAddFixed(a, aMultiplier, aZeroPoint, b, bMultiplier, bZeroPoint, y, shift, yZeroPoint, low, high) {
    const divisor = 2 ** shift;
    for (let i = 0; i < y.length; i++) {
      const sum = aMultiplier * (a[i] - aZeroPoint) + bMultiplier * (b[i] - bZeroPoint);
      const rounded = Math.floor(Math.abs(sum) / divisor + 0.5);
      const integer = (sum < 0 ? -rounded : rounded) + yZeroPoint;
      y[i] = integer < low ? low : integer > high ? high : integer;
    }
  },
} satisfies Partial<Kernels>;

import type { Kernels } from "@octavo/spec";
import { roundingShift } from "./rounding-shift.ts";

const { fround } = Math;

/** docs/numerics.md, quantize and dequantize; per channel over (outer, channels, inner). */
export const quantizeKernels = {
  quantize(x, scale, zeroPoint, q, { outer, channels, inner }, quantMin, quantMax) {
    for (let o = 0, i = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++) {
        const inverse = fround(1 / scale[c]);
        const zero = zeroPoint[c];
        for (const end = i + inner; i < end; i++) {
          const scaled = fround(x[i] * inverse);
          const integer = scaled === scaled ? scaled + roundingShift - roundingShift + zero : zero;
          q[i] = integer < quantMin ? quantMin : integer > quantMax ? quantMax : integer;
        }
      }
    }
  },

  dequantize(q, scale, zeroPoint, x, { outer, channels, inner }) {
    for (let o = 0, i = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++) {
        for (const end = i + inner; i < end; i++) x[i] = fround(q[i] - zeroPoint[c]) * scale[c];
      }
    }
  },

  fakeQuantize(x, scale, zeroPoint, y, { outer, channels, inner }, quantMin, quantMax) {
    for (let o = 0, i = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++) {
        const step = scale[c];
        const inverse = fround(1 / step);
        const zero = zeroPoint[c];
        for (const end = i + inner; i < end; i++) {
          const scaled = fround(x[i] * inverse);
          const integer = scaled === scaled ? scaled + roundingShift - roundingShift + zero : zero;
          const clamped = integer < quantMin ? quantMin : integer > quantMax ? quantMax : integer;
          y[i] = fround(clamped - zero) * step;
        }
      }
    }
  },

  fakeQuantizeGradient(x, dy, scale, zeroPoint, dx, { outer, channels, inner }, quantMin, quantMax) {
    for (let o = 0, i = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++) {
        const inverse = fround(1 / scale[c]);
        const zero = zeroPoint[c];
        for (const end = i + inner; i < end; i++) {
          const scaled = fround(x[i] * inverse);
          const integer = scaled === scaled ? scaled + roundingShift - roundingShift + zero : zero;
          dx[i] = integer >= quantMin && integer <= quantMax ? dy[i] : 0;
        }
      }
    }
  },
} satisfies Partial<Kernels>;

import type { Kernels } from "@octavo/spec";

const { fround } = Math;

/**
 * Adding and subtracting 1.5 · 2^52 in float64 rounds half to even: at that size the last bit counts ones. Values of
 * 2^51 and more come out coarser, but still outside every integer range, so clamping makes up for it.
 */
const magic = 6755399441055744;

/** docs/numerics.md, quantize and dequantize; per channel over (outer, channels, inner). */
export const quantizeKernels = {
  quantize(x, scale, zeroPoint, q, { outer, channels, inner }, quantMin, quantMax) {
    for (let o = 0, i = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++) {
        const inverse = fround(1 / scale[c]);
        const zero = zeroPoint[c];
        for (const end = i + inner; i < end; i++) {
          const scaled = fround(x[i] * inverse);
          const integer = scaled === scaled ? scaled + magic - magic + zero : zero;
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
          const integer = scaled === scaled ? scaled + magic - magic + zero : zero;
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
          const integer = scaled === scaled ? scaled + magic - magic + zero : zero;
          dx[i] = integer >= quantMin && integer <= quantMax ? dy[i] : 0;
        }
      }
    }
  },
} satisfies Partial<Kernels>;

import type { Kernels } from "@octavo/spec";
import { roundingShift } from "./rounding-shift.ts";
import { float64Scratch } from "./scratch.ts";

const { fround } = Math;

/** Jacob et al. 2018, section 3.2: the weight of a layer with batch norm, scaled, rounded and scaled back. */
export const scaledFakeQuantizeKernels = {
  scaledFakeQuantize(x, factor, scale, zeroPoint, y, { outer, channels, inner }, quantMin, quantMax) {
    const each = scale.length > 1 ? 1 : 0;
    for (let o = 0, i = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++) {
        const step = scale[c * each];
        const inverse = fround(1 / step);
        const zero = zeroPoint[c * each];
        const by = factor[c];
        for (const end = i + inner; i < end; i++) {
          const scaled = fround(fround(x[i] * by) * inverse);
          const integer = scaled === scaled ? scaled + roundingShift - roundingShift + zero : zero;
          const clamped = integer < quantMin ? quantMin : integer > quantMax ? quantMax : integer;
          y[i] = fround(fround(clamped - zero) * step) / by;
        }
      }
    }
  },

  scaledFakeQuantizeGradient(
    x,
    factor,
    y,
    dy,
    scale,
    zeroPoint,
    dx,
    dFactor,
    { outer, channels, inner },
    quantMin,
    quantMax,
  ) {
    const each = scale.length > 1 ? 1 : 0;
    const sums = float64Scratch(2 * channels);
    sums.fill(0, 0, 2 * channels);
    for (let o = 0, i = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++) {
        const inverse = fround(1 / scale[c * each]);
        const zero = zeroPoint[c * each];
        const by = factor[c];
        let [gain, loss] = [sums[c], sums[channels + c]];
        for (const end = i + inner; i < end; i++) {
          const scaled = fround(fround(x[i] * by) * inverse);
          const integer = scaled === scaled ? scaled + roundingShift - roundingShift + zero : zero;
          const ds = integer >= quantMin && integer <= quantMax ? fround(dy[i] / by) : 0;
          dx[i] = ds * by;
          gain += fround(ds * x[i]);
          loss += fround(fround(dy[i] * y[i]) / by);
        }
        sums[c] = gain;
        sums[channels + c] = loss;
      }
    }
    for (let c = 0; c < channels; c++) dFactor[c] = fround(sums[c]) - fround(sums[channels + c]);
  },
} satisfies Partial<Kernels>;

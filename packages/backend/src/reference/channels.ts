import type { Kernels } from "@octavo/spec";
import { epilogueOf } from "./epilogue.ts";
import { float64Scratch } from "./scratch.ts";

const { fround } = Math;

/** Statistics and scaling over (rows, channels); sums in float64, rounded once. */
export const channelKernels = {
  channelMoments(x, mean, variance, min, max, rows, channels) {
    const sums = float64Scratch(2 * channels);
    sums.fill(0, 0, 2 * channels);
    min.fill(Infinity, 0, channels);
    max.fill(-Infinity, 0, channels);
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0; c < channels; c++, i++) {
        sums[c] += x[i];
        if (x[i] < min[c]) min[c] = x[i];
        if (x[i] > max[c]) max[c] = x[i];
      }
    }
    for (let c = 0; c < channels; c++) sums[c] /= rows;
    // Second pass: squares of distances lose nothing where the mean is large.
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0; c < channels; c++, i++) {
        const distance = x[i] - sums[c];
        sums[channels + c] += distance * distance;
      }
    }
    for (let c = 0; c < channels; c++) {
      mean[c] = sums[c];
      variance[c] = sums[channels + c] / rows;
    }
  },

  channelAffine(x, scale, shift, epilogue, y, rows, channels) {
    const after = epilogueOf(epilogue);
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0; c < channels; c++, i++) {
        const scaled = fround(x[i] * scale[c]);
        y[i] = after.apply(shift ? fround(scaled + shift[c]) : scaled);
      }
    }
  },

  channelAffineAdd(x, scale, shift, epilogue, other, low, high, y, range, rows, channels) {
    if (rows * channels === 0) return;
    const before = epilogueOf(epilogue);
    const after = epilogueOf(Float32Array.of(low, high));
    let [smallest, largest] = [Infinity, -Infinity];
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0; c < channels; c++, i++) {
        const normalized = fround(before.apply(fround(fround(x[i] * scale[c]) + shift[c])));
        y[i] = after.apply(fround(normalized + other[i]));
        smallest = Math.min(smallest, y[i]);
        largest = Math.max(largest, y[i]);
      }
    }
    range?.set([smallest, largest]);
  },

  channelSums(x, other, sum, sumProduct, rows, channels) {
    const sums = float64Scratch(2 * channels);
    sums.fill(0, 0, 2 * channels);
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0; c < channels; c++, i++) {
        sums[c] += x[i];
        sums[channels + c] += x[i] * other[i];
      }
    }
    for (let c = 0; c < channels; c++) {
      sum[c] = sums[c];
      sumProduct[c] = sums[channels + c];
    }
  },

  // Ioffe & Szegedy 2015, with x̂ = (x − mean) · invStd and N rows:
  // dBias = Σ dy;  dWeight = Σ dy x̂;  dx = weight · invStd · (dy − dBias/N − x̂ · dWeight/N), the last two in training only
  batchNormGradient(
    x,
    dy,
    mean,
    invStd,
    weight,
    shift,
    epilogue,
    dx,
    dWeight,
    dBias,
    rows,
    channels,
    training,
  ) {
    const after = epilogueOf(epilogue);
    const factorOf = (c: number) => fround((weight ? weight[c] : 1) * invStd[c]);
    const gradientAt = (i: number, c: number) =>
      shift ? after.gradient(fround(fround(x[i] * factorOf(c)) + shift[c]), dy[i]) : dy[i];
    const sums = float64Scratch(2 * channels);
    sums.fill(0, 0, 2 * channels);
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0; c < channels; c++, i++) {
        const gradient = gradientAt(i, c);
        sums[c] += gradient;
        sums[channels + c] += gradient * ((x[i] - mean[c]) * invStd[c]);
      }
    }
    const share = training ? 1 / rows : 0;
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0; c < channels; c++, i++) {
        const normalized = (x[i] - mean[c]) * invStd[c];
        const centred = gradientAt(i, c) - (sums[c] + normalized * sums[channels + c]) * share;
        dx[i] = (weight ? weight[c] : 1) * invStd[c] * centred;
      }
    }
    for (let c = 0; c < channels; c++) {
      dBias[c] = sums[c];
      dWeight[c] = sums[channels + c];
    }
  },
} satisfies Partial<Kernels>;

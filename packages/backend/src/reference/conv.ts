import type { Kernels } from "@octavo/spec";
import { convCounts, convTaps, tapsOfInput, tapsOfOutput } from "./conv-taps.ts";
import { float64Scratch } from "./scratch.ts";

/** Direct convolution, position by position: sums in float64, in the order of the kernel taps, rounded once. */
export const convKernels = {
  conv(x, weight, bias, y, shape) {
    const { batch, inChannels, outChannels } = shape;
    const { perGroup, outPerGroup, inVolume, outVolume, kernelVolume } = convCounts(shape);
    const taps = convTaps(shape);
    const sums = float64Scratch(outChannels);
    for (let out = 0; out < outVolume; out++) {
      tapsOfOutput(shape, out, taps);
      for (let n = 0; n < batch; n++) {
        for (let o = 0; o < outChannels; o++) sums[o] = bias ? bias[o] : 0;
        for (let t = 0; t < taps.count; t++) {
          let xRow = (n * inVolume + taps.position[t]) * inChannels;
          for (let o = 0, inGroup = 0; o < outChannels; o++) {
            const wRow = (o * kernelVolume + taps.tap[t]) * perGroup;
            let sum = sums[o];
            for (let c = 0; c < perGroup; c++) sum += x[xRow + c] * weight[wRow + c];
            sums[o] = sum;
            if (++inGroup === outPerGroup) {
              inGroup = 0;
              xRow += perGroup;
            }
          }
        }
        const yRow = (n * outVolume + out) * outChannels;
        for (let o = 0; o < outChannels; o++) y[yRow + o] = sums[o];
      }
    }
  },

  convInputGradient(dy, weight, dx, shape) {
    const { batch, inChannels, outChannels } = shape;
    const { perGroup, outPerGroup, inVolume, outVolume, kernelVolume } = convCounts(shape);
    const taps = convTaps(shape);
    const sums = float64Scratch(inChannels);
    for (let position = 0; position < inVolume; position++) {
      tapsOfInput(shape, position, taps);
      for (let n = 0; n < batch; n++) {
        for (let c = 0; c < inChannels; c++) sums[c] = 0;
        for (let t = 0; t < taps.count; t++) {
          const dyRow = (n * outVolume + taps.position[t]) * outChannels;
          for (let o = 0; o < outChannels; o++) {
            const gradient = dy[dyRow + o];
            const wRow = (o * kernelVolume + taps.tap[t]) * perGroup;
            const group = ((o / outPerGroup) | 0) * perGroup;
            for (let c = 0; c < perGroup; c++) sums[group + c] += gradient * weight[wRow + c];
          }
        }
        const dxRow = (n * inVolume + position) * inChannels;
        for (let c = 0; c < inChannels; c++) dx[dxRow + c] = sums[c];
      }
    }
  },

  convWeightGradient(x, dy, dWeight, shape) {
    const { batch, inChannels, outChannels } = shape;
    const { perGroup, outPerGroup, inVolume, outVolume, kernelVolume } = convCounts(shape);
    const taps = convTaps(shape);
    const sums = float64Scratch(dWeight.length);
    sums.fill(0, 0, dWeight.length);
    for (let out = 0; out < outVolume; out++) {
      tapsOfOutput(shape, out, taps);
      for (let n = 0; n < batch; n++) {
        const dyRow = (n * outVolume + out) * outChannels;
        for (let t = 0; t < taps.count; t++) {
          const xRow = (n * inVolume + taps.position[t]) * inChannels;
          for (let o = 0; o < outChannels; o++) {
            const gradient = dy[dyRow + o];
            const wRow = (o * kernelVolume + taps.tap[t]) * perGroup;
            const xGroup = xRow + ((o / outPerGroup) | 0) * perGroup;
            for (let c = 0; c < perGroup; c++) sums[wRow + c] += gradient * x[xGroup + c];
          }
        }
      }
    }
    for (let i = 0; i < dWeight.length; i++) dWeight[i] = sums[i];
  },
} satisfies Partial<Kernels>;

import type { Kernels } from "@octavo/spec";
import { volume } from "./conv-taps.ts";
import { poolDivisor, poolWindows } from "./pool-windows.ts";
import { float64Scratch } from "./scratch.ts";

/** Sums in float64, divided and rounded once. */
export const avgPoolKernels = {
  avgPool(x, y, shape) {
    const { batch, channels, inSize, outSize } = shape;
    const windows = poolWindows(shape);
    const [depth, height, width] = windows;
    const inVolume = volume(inSize);
    const sums = float64Scratch(channels);
    let out = 0;
    for (let n = 0; n < batch; n++) {
      for (let d = 0; d < outSize[0]; d++) {
        for (let h = 0; h < outSize[1]; h++) {
          for (let w = 0; w < outSize[2]; w++, out += channels) {
            sums.fill(0, 0, channels);
            for (let i = depth.start[d]; i < depth.end[d]; i++) {
              for (let j = height.start[h]; j < height.end[h]; j++) {
                for (let k = width.start[w]; k < width.end[w]; k++) {
                  const row = (n * inVolume + (i * inSize[1] + j) * inSize[2] + k) * channels;
                  for (let c = 0; c < channels; c++) sums[c] += x[row + c];
                }
              }
            }
            const divisor = poolDivisor(shape, windows, d, h, w);
            for (let c = 0; c < channels; c++) y[out + c] = sums[c] / divisor;
          }
        }
      }
    }
  },

  avgPoolGradient(dy, dx, shape) {
    const { batch, channels, inSize, outSize } = shape;
    const windows = poolWindows(shape);
    const [depth, height, width] = windows;
    const inVolume = volume(inSize);
    const sums = float64Scratch(dx.length);
    sums.fill(0, 0, dx.length);
    let out = 0;
    for (let n = 0; n < batch; n++) {
      for (let d = 0; d < outSize[0]; d++) {
        for (let h = 0; h < outSize[1]; h++) {
          for (let w = 0; w < outSize[2]; w++, out += channels) {
            const divisor = poolDivisor(shape, windows, d, h, w);
            for (let i = depth.start[d]; i < depth.end[d]; i++) {
              for (let j = height.start[h]; j < height.end[h]; j++) {
                for (let k = width.start[w]; k < width.end[w]; k++) {
                  const row = (n * inVolume + (i * inSize[1] + j) * inSize[2] + k) * channels;
                  for (let c = 0; c < channels; c++) sums[row + c] += dy[out + c] / divisor;
                }
              }
            }
          }
        }
      }
    }
    for (let i = 0; i < dx.length; i++) dx[i] = sums[i];
  },
} satisfies Partial<Kernels>;

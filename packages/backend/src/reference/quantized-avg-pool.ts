import type { Kernels } from "@octavo/spec";
import { volume } from "./conv-taps.ts";
import { poolDivisor, poolWindows } from "./pool-windows.ts";
import { int32Scratch } from "./scratch.ts";
import { roundingShift } from "./rounding-shift.ts";

const { fround } = Math;
/** Integer sums; padding counts as the zero point. The rule of fbgemm on channels-last tensors. */
export const quantizedAvgPoolKernels = {
  quantizedAvgPool(x, y, zeroPoint, quantMin, quantMax, shape) {
    const { batch, channels, inSize, outSize } = shape;
    const windows = poolWindows(shape);
    const [depth, height, width] = windows;
    const inVolume = volume(inSize);
    const sums = int32Scratch(channels);
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
                  for (let c = 0; c < channels; c++) sums[c] += x[row + c] - zeroPoint;
                }
              }
            }
            const inverse = fround(1 / poolDivisor(shape, windows, d, h, w));
            for (let c = 0; c < channels; c++) {
              const integer = fround(fround(sums[c]) * inverse) + roundingShift - roundingShift + zeroPoint;
              y[out + c] = integer < quantMin ? quantMin : integer > quantMax ? quantMax : integer;
            }
          }
        }
      }
    }
  },
} satisfies Partial<Kernels>;

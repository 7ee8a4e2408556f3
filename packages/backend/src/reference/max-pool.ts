import type { Kernels, TypedArray } from "@octavo/spec";
import { volume } from "./conv-taps.ts";
import { poolWindows } from "./pool-windows.ts";

type Numbers = Exclude<TypedArray, BigInt64Array>;

export const maxPoolKernels = {
  // The first of equals wins, and NaN wins over numbers, as in torch.
  maxPool(x, y, indices, shape) {
    const [from, to] = [x as Numbers, y as Numbers];
    const { batch, channels, inSize, outSize } = shape;
    const [depth, height, width] = poolWindows(shape);
    const inVolume = volume(inSize);
    let out = 0;
    for (let n = 0; n < batch; n++) {
      for (let d = 0; d < outSize[0]; d++) {
        for (let h = 0; h < outSize[1]; h++) {
          for (let w = 0; w < outSize[2]; w++) {
            for (let c = 0; c < channels; c++, out++) {
              let best = -1;
              let record = -Infinity;
              for (let i = depth.start[d]; i < depth.end[d]; i += depth.step) {
                for (let j = height.start[h]; j < height.end[h]; j += height.step) {
                  for (let k = width.start[w]; k < width.end[w]; k += width.step) {
                    const position = (i * inSize[1] + j) * inSize[2] + k;
                    const value = from[(n * inVolume + position) * channels + c];
                    if (best < 0 || value > record || value !== value) {
                      best = position;
                      record = value;
                    }
                  }
                }
              }
              to[out] = record;
              if (indices) indices[out] = best;
            }
          }
        }
      }
    }
  },

  maxPoolGradient(dy, indices, dx, { batch, channels, inSize, outSize }) {
    const [inVolume, outVolume] = [volume(inSize), volume(outSize)];
    dx.fill(0);
    for (let n = 0, out = 0; n < batch; n++) {
      for (let position = 0; position < outVolume; position++) {
        for (let c = 0; c < channels; c++, out++) dx[(n * inVolume + indices[out]) * channels + c] += dy[out];
      }
    }
  },
} satisfies Partial<Kernels>;

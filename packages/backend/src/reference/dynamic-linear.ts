import type { Kernels } from "@octavo/spec";
import { dynamicRange } from "./dynamic-range.ts";
import { quantizeKernels } from "./quantize.ts";

const { fround } = Math;
const whole = (inner: number) => ({ outer: 1, channels: 1, inner, packed: Int32Array.of(1, 1, inner) });

/** Integer sums, converted once; product and sum with the bias are rounded one after the other. */
export const dynamicLinearKernels = {
  dynamicLinear(x, weight, weightScale, bias, y, quantMax, rows, inFeatures, outFeatures) {
    const count = rows * inFeatures;
    let [low, high] = [0, 0];
    for (let i = 0; i < count; i++) {
      if (x[i] < low) low = x[i];
      if (x[i] > high) high = x[i];
    }
    const { scale, zeroPoint } = dynamicRange(low, high, quantMax);
    const integers = new Uint8Array(count);
    const [scales, zeros] = [Float32Array.of(scale), Int32Array.of(zeroPoint)];
    quantizeKernels.quantize(x, scales, zeros, integers, whole(count), 0, quantMax);
    for (let o = 0; o < outFeatures; o++) {
      const step = fround(scale * weightScale[o]);
      for (let row = 0; row < rows; row++) {
        let sum = 0;
        for (let i = 0; i < inFeatures; i++) {
          sum += (integers[row * inFeatures + i] - zeroPoint) * weight[o * inFeatures + i];
        }
        const product = fround(fround(sum) * step);
        y[row * outFeatures + o] = bias ? product + bias[o] : product;
      }
    }
  },
} satisfies Partial<Kernels>;

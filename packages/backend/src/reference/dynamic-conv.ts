import type { Kernels } from "@octavo/spec";
import { convCounts, convTaps, tapsOfOutput } from "./conv-taps.ts";
import { dynamicRange } from "./dynamic-range.ts";
import { quantizeKernels } from "./quantize.ts";

const { fround } = Math;
const whole = (inner: number) => ({ outer: 1, channels: 1, inner, packed: Int32Array.of(1, 1, inner) });

/** Integer sums, converted once; product and sum with the bias are rounded one after the other. */
export const dynamicConvKernels = {
  dynamicConv(x, weight, weightScale, bias, y, shape, quantMax) {
    const { batch, inChannels, outChannels } = shape;
    const { perGroup, outPerGroup, inVolume, outVolume, kernelVolume } = convCounts(shape);
    const count = batch * inVolume * inChannels;
    let [low, high] = [0, 0];
    for (let i = 0; i < count; i++) {
      if (x[i] < low) low = x[i];
      if (x[i] > high) high = x[i];
      if (Number.isNaN(x[i])) return void y.fill(NaN, 0, batch * outVolume * outChannels);
    }
    const { scale, zeroPoint } = dynamicRange(low, high, quantMax);
    const integers = new Uint8Array(count);
    const [scales, zeros] = [Float32Array.of(scale), Int32Array.of(zeroPoint)];
    quantizeKernels.quantize(x, scales, zeros, integers, whole(count), 0, quantMax);
    const taps = convTaps(shape);
    for (let out = 0; out < outVolume; out++) {
      tapsOfOutput(shape, out, taps);
      for (let n = 0; n < batch; n++) {
        for (let o = 0; o < outChannels; o++) {
          const group = Math.floor(o / outPerGroup) * perGroup;
          let sum = 0;
          for (let t = 0; t < taps.count; t++) {
            const from = (n * inVolume + taps.position[t]) * inChannels + group;
            const by = (o * kernelVolume + taps.tap[t]) * perGroup;
            for (let c = 0; c < perGroup; c++) sum += (integers[from + c] - zeroPoint) * weight[by + c];
          }
          const product = fround(fround(sum) * fround(scale * weightScale[o]));
          y[(n * outVolume + out) * outChannels + o] = bias ? product + bias[o] : product;
        }
      }
    }
  },
} satisfies Partial<Kernels>;

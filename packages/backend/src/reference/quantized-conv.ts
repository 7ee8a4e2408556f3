import { packedHeaderBytes, writePackedMethod } from "@octavo/spec";
import type { ConvShape, Kernels } from "@octavo/spec";
import { convCounts, convTaps, tapsOfInput, tapsOfOutput } from "./conv-taps.ts";
import { requantizeRow } from "./requantize.ts";
import { int32Scratch } from "./scratch.ts";

/**
 * Packed weights here: the header, one int32 zero point per output channel, little endian, then the weights as `ConvShape`
 * lays them out, as int8. uint8 weights and their zero points are shifted by 128, which leaves their differences as they are.
 */
export const quantizedConvKernels = {
  quantizedConvPackedBytes(weight, _weightZeroPoint, shape) {
    return packedHeaderBytes + 4 * shape.outChannels + weight.length;
  },

  quantizedConvPack(weight, weightZeroPoint, packed, shape) {
    const shift = weight instanceof Uint8Array ? 128 : 0;
    const { zeroPoints, weights } = unpack(packed, shape);
    writePackedMethod(packed, "direct");
    for (let o = 0; o < shape.outChannels; o++) zeroPoints.setInt32(4 * o, weightZeroPoint[o] - shift, true);
    for (let i = 0; i < weights.length; i++) weights[i] = weight[i] - shift;
  },

  quantizedConv(x, packed, bias, multiplier, y, shape, xZeroPoint, yZeroPoint, low, high) {
    const { batch, inChannels, outChannels } = shape;
    const { perGroup, outPerGroup, inVolume, outVolume, kernelVolume } = convCounts(shape);
    const { zeroPoints, weights } = unpack(packed, shape);
    const taps = convTaps(shape);
    const sums = int32Scratch(2 * outChannels); // the second half: zero points, out of the inner loops
    for (let o = 0; o < outChannels; o++) sums[outChannels + o] = zeroPoints.getInt32(4 * o, true);
    for (let out = 0; out < outVolume; out++) {
      tapsOfOutput(shape, out, taps);
      for (let n = 0; n < batch; n++) {
        sums.fill(0, 0, outChannels);
        for (let t = 0; t < taps.count; t++) {
          let xRow = (n * inVolume + taps.position[t]) * inChannels;
          for (let o = 0, inGroup = 0; o < outChannels; o++) {
            const wRow = (o * kernelVolume + taps.tap[t]) * perGroup;
            const wZero = sums[outChannels + o];
            let sum = sums[o];
            for (let c = 0; c < perGroup; c++) {
              sum = (sum + Math.imul(x[xRow + c] - xZeroPoint, weights[wRow + c] - wZero)) | 0;
            }
            sums[o] = sum;
            if (++inGroup === outPerGroup) {
              inGroup = 0;
              xRow += perGroup;
            }
          }
        }
        const yRow = (n * outVolume + out) * outChannels;
        requantizeRow(sums, 0, bias, multiplier, y, yRow, outChannels, yZeroPoint, low, high);
      }
    }
  },

  quantizedConvTranspose(
    x,
    weight,
    weightZeroPoint,
    bias,
    multiplier,
    y,
    shape,
    xZeroPoint,
    yZeroPoint,
    low,
    high,
  ) {
    const { batch, inChannels, outChannels } = shape;
    const { perGroup, outPerGroup, inVolume, outVolume, kernelVolume } = convCounts(shape);
    const taps = convTaps(shape);
    const sums = int32Scratch(inChannels);
    for (let position = 0; position < inVolume; position++) {
      tapsOfInput(shape, position, taps);
      for (let n = 0; n < batch; n++) {
        sums.fill(0, 0, inChannels);
        for (let t = 0; t < taps.count; t++) {
          const xRow = (n * outVolume + taps.position[t]) * outChannels;
          for (let o = 0; o < outChannels; o++) {
            const value = x[xRow + o] - xZeroPoint;
            const wRow = (o * kernelVolume + taps.tap[t]) * perGroup;
            const group = ((o / outPerGroup) | 0) * perGroup;
            for (let c = 0; c < perGroup; c++) {
              const w = weight[wRow + c] - weightZeroPoint[group + c];
              sums[group + c] = (sums[group + c] + Math.imul(value, w)) | 0;
            }
          }
        }
        const yRow = (n * inVolume + position) * inChannels;
        requantizeRow(sums, 0, bias, multiplier, y, yRow, inChannels, yZeroPoint, low, high);
      }
    }
  },
} satisfies Partial<Kernels>;

function unpack(
  packed: Uint8Array,
  { outChannels }: ConvShape,
): { zeroPoints: DataView; weights: Int8Array } {
  const zeroPoints = packed.subarray(packedHeaderBytes, packedHeaderBytes + 4 * outChannels);
  const weights = packed.subarray(packedHeaderBytes + 4 * outChannels);
  return {
    zeroPoints: new DataView(packed.buffer, zeroPoints.byteOffset, zeroPoints.length),
    weights: new Int8Array(packed.buffer, weights.byteOffset, weights.length),
  };
}

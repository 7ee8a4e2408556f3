import { packedHeaderBytes, writePackedMethod } from "@octavo/spec";
import type { ChannelBlocks, Kernels } from "@octavo/spec";
import { clamp, roundHalfToEven } from "./rounding.ts";
import { interpolated, resampled } from "./resampled.ts";
import { poolWindows, products } from "./windows.ts";

const { fround } = Math;
const channelOf = ({ channels, inner }: ChannelBlocks, index: number) => Math.floor(index / inner) % channels;

/** docs/numerics.md, quantize, before the clamp. */
function integerOf(x: number, scale: number, zeroPoint: number): number {
  const scaled = fround(x * fround(1 / scale));
  if (Number.isNaN(scaled)) return zeroPoint;
  return Number.isFinite(scaled) ? roundHalfToEven(scaled) + zeroPoint : scaled;
}

const real = (q: number, scale: number, zeroPoint: number) => fround(fround(q - zeroPoint) * fround(scale));

/** docs/numerics.md, requantize. */
function requantized(
  sum: number,
  bias: number,
  integerBias: boolean,
  multiplier: number,
  zeroPoint: number,
  low: number,
  high: number,
): number {
  const biased = integerBias
    ? fround(clamp(sum + bias, -(2 ** 31), 2 ** 31 - 1))
    : fround(fround(sum) + bias);
  return clamp(roundHalfToEven(fround(biased * multiplier)) + zeroPoint, low, high);
}

/** Quantized kernels as docs/numerics.md writes them, element by element. */
export const quantizedDefinitions = {
  quantize(x, scale, zeroPoint, q, blocks, quantMin, quantMax) {
    x.forEach((value, i) => {
      const c = channelOf(blocks, i);
      q[i] = clamp(integerOf(value, scale[c], zeroPoint[c]), quantMin, quantMax);
    });
  },

  dequantize(q, scale, zeroPoint, x, blocks) {
    q.forEach((value, i) => {
      const c = channelOf(blocks, i);
      x[i] = real(value, scale[c], zeroPoint[c]);
    });
  },

  embedding(table, scale, zeroPoint, indices, y, bits) {
    const width = y.length / indices.length;
    const integer = (at: number) =>
      bits === 4 ? Math.floor(table[at >> 1] / 16 ** (at % 2)) % 16 : table[at];
    y.forEach((_, i) => {
      const row = Number(indices[Math.floor(i / width)]);
      const q = integer(row * width + (i % width));
      y[i] = scale && zeroPoint ? fround(fround(q - zeroPoint[row]) * scale[row]) : q;
    });
  },

  fakeQuantize(x, scale, zeroPoint, y, blocks, quantMin, quantMax) {
    x.forEach((value, i) => {
      const c = channelOf(blocks, i);
      y[i] = real(
        clamp(integerOf(value, scale[c], zeroPoint[c]), quantMin, quantMax),
        scale[c],
        zeroPoint[c],
      );
    });
  },

  fakeQuantizeGradient(x, dy, scale, zeroPoint, dx, blocks, quantMin, quantMax) {
    x.forEach((value, i) => {
      const c = channelOf(blocks, i);
      const integer = integerOf(value, scale[c], zeroPoint[c]);
      dx[i] = integer === clamp(integer, quantMin, quantMax) ? dy[i] : 0;
    });
  },

  scaledFakeQuantize(x, factor, scale, zeroPoint, y, blocks, quantMin, quantMax) {
    x.forEach((value, i) => {
      const c = channelOf(blocks, i);
      const [step, zero] = [scale[c] ?? scale[0], zeroPoint[c] ?? zeroPoint[0]];
      const integer = integerOf(fround(value * factor[c]), step, zero);
      y[i] = fround(real(clamp(integer, quantMin, quantMax), step, zero) / factor[c]);
    });
  },

  scaledFakeQuantizeGradient(x, factor, y, dy, scale, zeroPoint, dx, dFactor, blocks, quantMin, quantMax) {
    const [gain, loss] = [new Float64Array(blocks.channels), new Float64Array(blocks.channels)];
    x.forEach((value, i) => {
      const c = channelOf(blocks, i);
      const integer = integerOf(
        fround(value * factor[c]),
        scale[c] ?? scale[0],
        zeroPoint[c] ?? zeroPoint[0],
      );
      const ds = integer === clamp(integer, quantMin, quantMax) ? fround(dy[i] / factor[c]) : 0;
      dx[i] = fround(ds * factor[c]);
      gain[c] += fround(ds * value);
      loss[c] += fround(fround(dy[i] * y[i]) / factor[c]);
    });
    gain.forEach((sum, c) => (dFactor[c] = fround(sum) - fround(loss[c])));
  },

  requantize(accumulator, bias, multiplier, y, _rows, channels, yZeroPoint, low, high) {
    const integerBias = bias instanceof Int32Array;
    accumulator.forEach((sum, i) => {
      y[i] = requantized(
        sum,
        bias[i % channels],
        integerBias,
        multiplier[i % channels],
        yZeroPoint,
        low,
        high,
      );
    });
  },

  // The weights as they are, each as two bytes, after the header and the zero points: a layout of its own.
  quantizedConvPackedBytes(weight, weightZeroPoint) {
    return packedHeaderBytes + 4 * weightZeroPoint.length + 2 * weight.length;
  },

  quantizedConvPack(weight, weightZeroPoint, packed, shape) {
    writePackedMethod(packed, "definition");
    const bytes = new DataView(packed.buffer, packed.byteOffset + packedHeaderBytes);
    weightZeroPoint.forEach((zero, o) => bytes.setInt32(4 * o, zero));
    weight.forEach((value, i) => bytes.setInt16(4 * shape.outChannels + 2 * i, value));
  },

  quantizedConv(x, packed, bias, multiplier, y, shape, xZeroPoint, yZeroPoint, low, high) {
    const bytes = new DataView(packed.buffer, packed.byteOffset + packedHeaderBytes);
    const sums = new Float64Array(y.length);
    for (const one of products(shape)) {
      const weight =
        bytes.getInt16(4 * shape.outChannels + 2 * one.weight) - bytes.getInt32(4 * one.outChannel);
      sums[one.y] += (x[one.x] - xZeroPoint) * weight;
    }
    const integerBias = bias instanceof Int32Array;
    sums.forEach((sum, i) => {
      const c = i % shape.outChannels;
      y[i] = requantized(sum, bias[c], integerBias, multiplier[c], yZeroPoint, low, high);
    });
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
    const sums = new Float64Array(y.length);
    for (const one of products(shape)) {
      sums[one.x] += (x[one.y] - xZeroPoint) * (weight[one.weight] - weightZeroPoint[one.inChannel]);
    }
    const integerBias = bias instanceof Int32Array;
    sums.forEach((sum, i) => {
      const c = i % shape.inChannels;
      y[i] = requantized(sum, bias[c], integerBias, multiplier[c], yZeroPoint, low, high);
    });
  },

  quantizedAdd(a, aScale, aZeroPoint, b, bScale, bZeroPoint, y, yScale, yZeroPoint, low, high) {
    a.forEach((value, i) => {
      const sum = fround(real(value, aScale, aZeroPoint) + real(b[i], bScale, bZeroPoint));
      y[i] = clamp(integerOf(sum, fround(yScale), yZeroPoint), low, high);
    });
  },

  quantizedMul(a, aScale, aZeroPoint, b, bScale, bZeroPoint, y, yScale, yZeroPoint, low, high) {
    a.forEach((value, i) => {
      const product = fround(real(value, aScale, aZeroPoint) * real(b[i], bScale, bZeroPoint));
      y[i] = clamp(integerOf(product, fround(yScale), yZeroPoint), low, high);
    });
  },

  quantizedAvgPool(x, y, zeroPoint, quantMin, quantMax, shape) {
    for (const window of poolWindows(shape)) {
      const sum = window.x.reduce((total, at) => total + x[at] - zeroPoint, 0);
      const mean = fround(fround(sum) * fround(1 / window.divisor));
      y[window.y] = clamp(roundHalfToEven(mean) + zeroPoint, quantMin, quantMax);
    }
  },

  quantizedResample(x, sources, weights, y, zeroPoint, quantMin, quantMax, shape) {
    for (const { read, to, weight } of resampled(sources, weights, shape)) {
      const value = interpolated(weight, (corner) => x[read(corner)] - zeroPoint);
      y[to] = clamp(roundHalfToEven(value) + zeroPoint, quantMin, quantMax);
    }
  },

  quantizedChannelLookup(x, tables, y, channels) {
    const index = (value: number) => value + (x instanceof Int8Array ? 128 : 0);
    x.forEach((value, i) => (y[i] = tables[256 * (i % channels) + index(value)]));
  },

  quantizedAddFixed(a, aMultiplier, aZeroPoint, b, bMultiplier, bZeroPoint, y, shift, yZeroPoint, low, high) {
    const sums = Array.from(a, (q, i) => aMultiplier * (q - aZeroPoint) + bMultiplier * (b[i] - bZeroPoint));
    const rounded = sums.map((sum) => Math.sign(sum) * Math.round(Math.abs(sum) / 2 ** shift));
    y.set(rounded.map((value) => clamp(value + yZeroPoint, low, high)));
  },
} satisfies Partial<Kernels>;

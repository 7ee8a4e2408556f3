import type { Kernels, Region, TypedArray } from "@octavo/spec";
import { corners, interpolated, resampled } from "./resampled.ts";
import { poolWindows, products } from "./windows.ts";

type Numbers = { [index: number]: number };

/** Float kernels as the formulas say, one product or element at a time, summed in float64. */
export const floatDefinitions = {
  copyRegion(from: TypedArray, to: TypedArray, block) {
    for (const [source, target] of elements(block)) (to as Numbers)[target] = (from as Numbers)[source];
  },

  gemm(a, b, bias, c, { batch, m, n, k, transposeA, transposeB, strideA, strideB, strideC, accumulate }) {
    for (let at = 0; at < batch; at++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          const left = (p: number) => a[at * strideA + (transposeA ? p * m + i : i * k + p)];
          const right = (p: number) => b[at * strideB + (transposeB ? j * k + p : p * n + j)];
          const terms = Array.from({ length: k }, (_, p) => left(p) * right(p));
          const start = (accumulate ? c[at * strideC + i * n + j] : 0) + (bias?.[j] ?? 0);
          c[at * strideC + i * n + j] = terms.reduce((sum, term) => sum + term, start);
        }
      }
    }
  },

  conv(x, weight, bias, y, shape) {
    const sums = Float64Array.from(y, (_, i) => bias?.[i % shape.outChannels] ?? 0);
    for (const one of products(shape)) sums[one.y] += x[one.x] * weight[one.weight];
    y.set(sums);
  },

  convPackedBytes({ outChannels, kernel, inChannels, groups }) {
    return 4 * outChannels * kernel[0] * kernel[1] * kernel[2] * (inChannels / groups);
  },

  convPack(weight, packed) {
    const bytes = new DataView(packed.buffer, packed.byteOffset);
    weight.forEach((value, i) => bytes.setFloat32(4 * i, value));
  },

  packedConv(x, packed, bias, y, shape, low, high) {
    const bytes = new DataView(packed.buffer, packed.byteOffset);
    const sums = Float64Array.from(y, (_, i) => bias?.[i % shape.outChannels] ?? 0);
    for (const one of products(shape)) sums[one.y] += x[one.x] * bytes.getFloat32(4 * one.weight);
    y.set(sums.map((sum) => (sum < low ? low : sum > high ? high : sum)));
  },

  convInputGradient(dy, weight, dx, shape) {
    const sums = new Float64Array(dx.length);
    for (const one of products(shape)) sums[one.x] += dy[one.y] * weight[one.weight];
    dx.set(sums);
  },

  convWeightGradient(x, dy, dWeight, shape) {
    const sums = new Float64Array(dWeight.length);
    for (const one of products(shape)) sums[one.weight] += dy[one.y] * x[one.x];
    dWeight.set(sums);
  },

  maxPool(x: TypedArray, y: TypedArray, indices, shape) {
    for (const window of poolWindows(shape)) {
      const values = window.x.map((at) => (x as Numbers)[at]);
      const largest = Math.max(...values);
      (y as Numbers)[window.y] = largest;
      if (indices) indices[window.y] = window.positions[values.indexOf(largest)];
    }
  },

  avgPool(x, y, shape) {
    for (const window of poolWindows(shape))
      y[window.y] = window.x.reduce((sum, at) => sum + x[at], 0) / window.divisor;
  },

  avgPoolGradient(dy, dx, shape) {
    const sums = new Float64Array(dx.length);
    for (const window of poolWindows(shape))
      for (const at of window.x) sums[at] += dy[window.y] / window.divisor;
    dx.set(sums);
  },

  resample(x, sources, weights, y, shape) {
    for (const { read, to, weight } of resampled(sources, weights, shape)) {
      y[to] = interpolated(weight, (corner) => x[read(corner)]);
    }
  },

  resampleGradient(dy, sources, weights, dx, shape) {
    const sums = new Float64Array(dx.length);
    for (const { read, to, weight } of resampled(sources, weights, shape)) {
      for (const corner of corners) {
        const shares = corner.map((second, axis) => (second ? weight[axis] : Math.fround(1 - weight[axis])));
        sums[read(corner)] += shares[0] * shares[1] * shares[2] * dy[to];
      }
    }
    dx.set(sums);
  },

  histogram(x, counts, low, high) {
    const [bins, start, end] = [counts.length, Math.fround(low), Math.fround(high)];
    const inside = [...x].filter((value) => value >= start && value <= end);
    const scaled = inside.map((value) =>
      Math.fround(Math.fround(Math.fround(value - start) * bins) / Math.fround(end - start)),
    );
    const chosen = scaled.map((value) => Math.min(Math.floor(value), bins - 1));
    counts.forEach((_, bin) => (counts[bin] = chosen.filter((one) => one === bin).length));
  },
} satisfies Partial<Kernels>;

/** Pairs of positions of a block, each found from its own number. */
function* elements({
  sizes,
  fromStrides,
  toStrides,
  fromOffset,
  toOffset,
}: Region): Generator<[number, number]> {
  const count = sizes.reduce((product, size) => product * size, 1);
  for (let number = 0; number < count; number++) {
    let [rest, from, to] = [number, fromOffset, toOffset];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const at = rest % sizes[axis];
      rest = Math.floor(rest / sizes[axis]);
      from += at * fromStrides[axis];
      to += at * toStrides[axis];
    }
    yield [from, to];
  }
}

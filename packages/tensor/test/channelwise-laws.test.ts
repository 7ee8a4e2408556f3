import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  cat,
  Generator,
  interpolate,
  maxPool2d,
  pad,
  randn,
  slice,
} from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

const seed = process.env.CI ? { seed: 1 } : {};

/** Operations that treat each channel alone, most with more positions in the result than in a map of 1 × 1. */
const operations: Readonly<Record<string, readonly [axes: number, run: (x: Tensor) => Tensor]>> = {
  "nearest 1d": [1, (x) => interpolate(x, { size: 3 })],
  "nearest 2d": [2, (x) => interpolate(x, { scaleFactor: 2 })],
  "nearest-exact 3d": [3, (x) => interpolate(x, { size: 2, mode: "nearest-exact" })],
  linear: [1, (x) => interpolate(x, { size: 4, mode: "linear" })],
  bilinear: [2, (x) => interpolate(x, { size: [1, 3], mode: "bilinear" })],
  "bilinear between corners": [2, (x) => interpolate(x, { size: 3, mode: "bilinear", alignCorners: true })],
  trilinear: [3, (x) => interpolate(x, { size: 2, mode: "trilinear" })],
  "avgPool 1d": [1, (x) => avgPool1d(x, 2, { stride: 1, padding: 1 })],
  "avgPool 2d": [2, (x) => avgPool2d(x, 2, { stride: 1, padding: 1, countIncludePad: false })],
  "avgPool 3d": [3, (x) => avgPool3d(x, 2, { stride: 1, padding: 1 })],
  maxPool: [2, (x) => maxPool2d(x, 2, { stride: 1, padding: 1 })],
  "maxPool over the edge": [2, (x) => maxPool2d(x, 2, { ceilMode: true })],
  adaptiveAvgPool: [2, (x) => adaptiveAvgPool2d(x, [3, 2])],
  adaptiveMaxPool: [2, (x) => adaptiveMaxPool2d(x, 2)],
  pad: [2, (x) => pad(x, [1, 0, 0, 2])],
  "pad with the edge": [2, (x) => pad(x, [1, 1, 2, 0], { mode: "replicate" })],
};

/** Channels one by one: a single channel has the same bytes in every memory format. */
const channels = (x: Tensor) => Array.from({ length: x.shape[1] }, (_, c) => slice(x, 1, c, c + 1));

describe("each channel as if it were alone, with sizes of 1", () => {
  it.each(Object.entries(operations))("%s", (_, [axes, run]) => {
    const shapes = fc.tuple(
      ...[2, 3].map((max) => fc.integer({ min: 1, max })),
      ...new Array(axes).fill(fc.integer({ min: 1, max: 2 })),
    ) as fc.Arbitrary<number[]>;
    const law = fc.property(shapes, fc.nat(), (shape, n) => {
      const x = randn(shape, { generator: new Generator(n) });
      const alone = cat(channels(x).map(run), { dim: 1 });
      expect(run(x).toArray()).toEqual(alone.toArray());
    });
    fc.assert(law, { numRuns: 50, examples: [[[2, 3, ...new Array<number>(axes).fill(1)], 0]], ...seed });
  });
});

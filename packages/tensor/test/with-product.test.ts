import { describe, expect, it } from "vitest";
import { kernels } from "@octavo/backend";
import { channelBlocksOf } from "@octavo/spec";
import type { KnownRange } from "@octavo/spec";
import { frame, mul, ones, randn, toMemoryFormat, withProduct } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** Of every element. */
function measured(x: Tensor, axis: number | null): KnownRange {
  const blocks = channelBlocksOf(x.shape, axis, x.memoryFormat);
  const [min, max] = [new Float32Array(blocks.channels), new Float32Array(blocks.channels)];
  kernels().minMax(x.data, min, max, blocks);
  return { min, max };
}

/** Shapes of a weight and its factor. */
const shapes: readonly [string, number[], number[]][] = [
  ["a convolution", [6, 4, 3, 3], [6, 1, 1, 1]],
  ["a depthwise one", [6, 1, 3, 3], [6, 1, 1, 1]],
  ["of one channel", [1, 4, 3, 3], [1, 1, 1, 1]],
  ["a transposed one", [4, 6, 3, 3], [1, 6, 1, 1]],
  ["a transposed one, depthwise", [6, 1, 3, 3], [6, 1, 1, 1]],
  ["linear", [6, 4], [6, 1]],
];

describe.each(shapes)("x · factor of %s", (_, shape, factorShape) => {
  const product = () => [toMemoryFormat(randn(shape), "channelsLast"), randn(factorShape)] as const;

  it.each([null, 0, 1, -1])("tells its range along %s without being computed", (along) => {
    const [x, factor] = product();
    withProduct(x, factor, (scaled) => {
      const range = scaled.range(along);
      const follows = along === null || shape.at(along) === 1 || factorShape.at(along) !== 1;
      expect(range).toEqual(follows ? measured(mul(x, factor), along) : null);
      expect(scaled.storage.waiting).not.toBe(null);
    });
  });

  it("is there for who reads it", () => {
    const [x, factor] = product();
    withProduct(x, factor, (scaled) => expect(scaled.data).toEqual(mul(x, factor).data));
  });
});

it("is not computed for who changes x afterwards", () => {
  const [x, factor] = [ones([2, 3]), ones([2, 1])];
  let kept!: Tensor;
  frame(() => {
    withProduct(x, factor, (scaled) => void (kept = scaled));
    x.data.fill(2);
    expect(kept.storage.released).toBe(true);
  });
});

it("has no range along one axis if the factor varies along two", () => {
  withProduct(randn([4, 2, 3]), randn([4, 2, 1]), (scaled) => expect(scaled.range(0)).toBe(null));
});

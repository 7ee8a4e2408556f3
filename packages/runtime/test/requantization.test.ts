import * as fc from "fast-check";
import { expect, test } from "vitest";

import { requantization } from "../src/index.ts";

const fl = Math.fround;
const scale = fc.float({ min: Math.fround(1e-6), max: 10, noNaN: true });
const input = fc.record({
  inputScale: scale,
  weightScale: fc.oneof(fc.tuple(scale), fc.tuple(scale, scale)).map((list) => Float32Array.from(list)),
  outputScale: scale,
  bias: fc.option(
    fc
      .tuple(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.float({ min: -5, max: 5, noNaN: true }))
      .map((list) => Float32Array.from(list)),
  ),
});

test("bias fl(b / fl(sx sw)), multiplier fl(fl(sx sw) / sy)", () => {
  fc.assert(
    fc.property(input, (parts) => {
      const { bias, multiplier } = requantization({ ...parts, channels: 2, torchEngine: null });
      expect(bias).toBeInstanceOf(Float32Array);
      for (const c of [0, 1]) {
        const s = fl(parts.inputScale * (parts.weightScale[c] ?? parts.weightScale[0]));
        expect(multiplier[c]).toBe(fl(s / parts.outputScale));
        expect(bias[c]).toBe(parts.bias ? fl(parts.bias[c] / s) : 0);
      }
    }),
  );
});

test("qnnpack: a rounded int32 bias, half to even, clamped", () => {
  const of = (bias: number[], s = 1) => [
    ...requantization({
      inputScale: s,
      weightScale: Float32Array.of(1),
      outputScale: 0.5,
      bias: Float32Array.from(bias),
      channels: bias.length,
      torchEngine: "qnnpack",
    }).bias,
  ];
  expect(of([0.5, 1.5, 2.5, -0.5, -1.5, 7.4])).toEqual([0, 2, 2, 0, -2, 7]);
  expect(of([1e10, -1e10])).toEqual([2 ** 31 - 1, -(2 ** 31)]);
  // b · fl(1 / s), not b / s
  const s = Math.fround(0.1);
  fc.assert(
    fc.property(fc.float({ min: -1e6, max: 1e6, noNaN: true }), (b) => {
      expect(Math.abs(of([b], s)[0] - fl(b * fl(1 / s)))).toBeLessThanOrEqual(0.5);
    }),
  );
});

test("refuses other numbers of scales or biases", () => {
  const parts = { inputScale: 1, outputScale: 1, channels: 3, torchEngine: null, bias: null };
  expect(() => requantization({ ...parts, weightScale: new Float32Array(2) })).toThrow(
    /one scale or 3, 3 biases or null, got 2 scales, no biases/,
  );
  expect(() =>
    requantization({ ...parts, weightScale: new Float32Array(1), bias: new Float32Array(1) }),
  ).toThrow(/got 1 scales, 1 biases/);
});

import { convShape, packedMethod } from "@octavo/spec";
import type { KernelProvider } from "@octavo/spec";
import { describe, expect, it } from "vitest";

import { registrations } from "../src/index.ts";

const ones = [1, 1, 1] as const;
const shape = convShape({
  batch: 1,
  inChannels: 32,
  outChannels: 32,
  groups: 1,
  inSize: ones,
  outSize: ones,
  kernel: ones,
  stride: ones,
  padding: [0, 0, 0],
  dilation: ones,
});

/** How far activations may spread before sums could be wrong, by instruction set. */
const levels: Readonly<Record<string, number>> = {
  "x64-avx512vnni": 255,
  "x64-avxvnni": 255,
  "x64-avx512": 127,
  "x64-avx2": 127,
};

it("every instruction set is known here", () => {
  expect(registrations.map(({ name }) => name)).toEqual(Object.keys(levels));
});

for (const { name, open } of registrations) {
  const opened = await open();
  describe.skipIf(!("provider" in opened))(`bytes are multiplied where that is exact: ${name}`, () => {
    function methodFor(low: number, high: number, weight: number, weightZeroPoint: number): string {
      const weights = new Int8Array(32 * 32).fill(weight);
      const zeroPoints = new Int32Array(32).fill(weightZeroPoint);
      const facts = [shape, low, low, high] as const;
      const { kernels } = (opened as { provider: KernelProvider }).provider;
      const packed = new Uint8Array(kernels.quantizedConvPackedBytes!(weights, zeroPoints, ...facts));
      kernels.quantizedConvPack!(weights, zeroPoints, packed, ...facts);
      return packedMethod(packed);
    }

    it.each([0, 100, -128])("of activations from %i", (low) => {
      const inLevels = low + levels[name];
      if (inLevels <= 255) expect(methodFor(low, inLevels, -128, 0)).toBe("byte rows");
      if (inLevels < 255) expect(methodFor(low, inLevels + 1, -128, 0)).toBe("rows");
    });

    it("by weights that fit int8 without their zero point", () => {
      expect(methodFor(0, 127, 100, -27)).toBe("byte rows");
      expect(methodFor(0, 127, 100, -28)).toBe("rows of wide weights");
    });
  });
}

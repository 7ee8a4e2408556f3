import { convShape, packedMethod } from "@octavo/spec";
import type { ConvFields, KernelProvider } from "@octavo/spec";
import { describe, expect, test } from "vitest";

import { registrations } from "../src/index.ts";

const open = (set: string) => registrations.find(({ name }) => name === set)!.open();
const opened = await open("x64-avx2"),
  opened512 = await open("x64-avx512"),
  openedVnni = await open("x64-avx512vnni"),
  openedAmx = await open("x64-amx");

const kernelsOf = (set: typeof opened) => (set as { provider: KernelProvider }).provider.kernels;
const kernels = () => kernelsOf(opened);
const shapeOf = (fields: Partial<ConvFields>) =>
  convShape({
    batch: 1,
    inChannels: 64,
    outChannels: 64,
    groups: 1,
    inSize: [1, 16, 16],
    outSize: [1, 16, 16],
    kernel: [1, 3, 3],
    stride: [1, 1, 1],
    padding: [0, 1, 1],
    dilation: [1, 1, 1],
    ...fields,
  });
const square = (size: number) => ({ inSize: [1, size, size], outSize: [1, size, size] }) as const;
const weightsOf = ({ outChannels, inChannels, groups, kernel: [, height, width] }: ConvFields) =>
  (outChannels * height * width * inChannels) / groups;

/** The packed weights of a convolution whose weights are all `weight`, and whose inputs go to `xMax`. */
function packedOf(
  fields: Partial<ConvFields>,
  { weight = 127, weightZeroPoint = 0, xMax = 255, kernels = kernelsOf(opened) } = {},
): Uint8Array {
  const shape = shapeOf(fields);
  const weights = new Int8Array(weightsOf(shape)).fill(weight);
  const facts = [shape, 0, 0, xMax] as const;
  const zeroPoints = new Int32Array(shape.outChannels).fill(weightZeroPoint);
  const packed = new Uint8Array(kernels.quantizedConvPackedBytes!(weights, zeroPoints, ...facts));
  kernels.quantizedConvPack!(weights, zeroPoints, packed, ...facts);
  return packed;
}

/** What kernels do with such a convolution. */
function methodOf(...given: Parameters<typeof packedOf>): string {
  return packedMethod(packedOf(...given));
}

describe.skipIf(!("provider" in opened))("methods of quantizedConv, AVX2", () => {
  test.each<[string, string, Partial<ConvFields>]>([
    ["3×3 of stride 1", "winograd4x4", {}],
    ["small images", "winograd4x4", square(6)],
    ["tiles of two outputs alone", "winograd4x4", { ...square(2), batch: 64 }],
    ["one pixel", "rows", { inSize: [1, 1, 1], outSize: [1, 1, 1] }],
    [
      "3×3 of stride 2",
      "winograd4x4 of stride 2",
      { stride: [1, 2, 2], inSize: [1, 64, 64], outSize: [1, 32, 32] },
    ],
    [
      "small images of stride 2",
      "windowed rows",
      { stride: [1, 2, 2], inSize: [1, 8, 8], outSize: [1, 4, 4] },
    ],
    ["strides that differ", "windowed rows", { stride: [1, 2, 1], outSize: [1, 8, 16] }],
    ["dilation", "windowed rows", { dilation: [1, 2, 2], padding: [0, 2, 2] }],
    ["other kernels", "rows", { kernel: [1, 1, 1], padding: [0, 0, 0] }],
    ["groups", "windowed rows", { groups: 2 }],
    ["a filter per channel", "depthwise columns", { groups: 64 }],
    ["one with larger steps", "depthwise", { groups: 64, stride: [1, 3, 3], outSize: [1, 6, 6] }],
    ["few channels", "lines", { inChannels: 3 }],
  ])("%s: %s", (_, method, fields) => {
    expect(methodOf(fields)).toBe(method);
  });

  test("few channels of seven bits are multiplied as bytes", () => {
    expect(methodOf({ inChannels: 3 }, { xMax: 127 })).toBe("byte lines");
  });

  const pointwise = { kernel: [1, 1, 1], padding: [0, 0, 0], inChannels: 96 } as const;
  test.each<[string, string, Partial<ConvFields>]>([
    ["many products of each row", "windowed rows", {}],
    ["of each group's", "windowed rows", { groups: 2, inChannels: 192, outChannels: 128 }],
    ["too short rows", "rows", { inChannels: 95 }],
    ["too few columns", "rows", { inChannels: 1024, outChannels: 31 }],
    ["too few products", "rows", { outChannels: 63 }],
    ["too few rows", "rows", { inSize: [1, 5, 3], outSize: [1, 5, 3] }],
    ["rows of several images", "windowed rows", { inSize: [1, 5, 3], outSize: [1, 5, 3], batch: 2 }],
  ])("filters of one pixel, %s: %s", (_, method, fields) => {
    expect(methodOf({ ...pointwise, ...fields })).toBe(method);
  });

  test("sums that 4×4 tiles could not tell apart are left to smaller ones", () => {
    // 9 · 115 · 127 · 255 < 2²⁵ < 9 · 116 · 127 · 255
    expect([115, 116].map((inChannels) => methodOf({ inChannels }))).toEqual(["winograd4x4", "winograd2x2"]);
    expect(methodOf({ inChannels: 116 }, { xMax: 127 })).toBe("winograd4x4");
    // 9 · 1841 · 127 · 255 < 2²⁹ < 9 · 1842 · 127 · 255
    expect([1841, 1842].map((inChannels) => methodOf({ inChannels }))).toEqual([
      "winograd2x2",
      "windowed rows",
    ]);
  });

  test("weights that are no int8 around zero are left to rows", () => {
    expect(methodOf({}, { weight: -128 })).toBe("winograd4x4");
    expect(methodOf({}, { weight: -128, weightZeroPoint: 1 })).toBe("rows of wide weights");
  });
});

describe.skipIf(!("provider" in opened512))("methods of quantizedConv, AVX-512 without VNNI", () => {
  test.each<[string, string, Partial<ConvFields>]>([
    ["3×3 of stride 1", "winograd4x4", {}],
    ["strides that differ", "windowed rows", { stride: [1, 2, 1], outSize: [1, 8, 16] }],
  ])("%s: %s", (_, method, fields) => {
    expect(methodOf(fields, { kernels: kernelsOf(opened512) })).toBe(method);
  });
});

describe.skipIf(!("provider" in opened))("7-bit rows, AVX2", () => {
  test.each([
    [1, 8],
    [64, 8],
    [65, 0],
    [127, 0],
  ])("of weights that are all %i have %i of 8 steps in pairs", (weight, paired) => {
    const fields = { kernel: [1, 1, 1], padding: [0, 0, 0], inChannels: 32, outChannels: 32 } as const;
    const packed = packedOf(fields, { weight, xMax: 127 });
    expect(packedMethod(packed)).toBe("byte rows");
    // The last panel: a line of the cache with the order, 8 steps of 4 weights for 16 columns.
    const panel = packed.length - 64 - 8 * 4 * 16;
    expect(new DataView(packed.buffer).getUint32(panel, true)).toBe(paired);
  });
});

describe.skipIf(!("provider" in openedVnni))("methods of quantizedConv, AVX-512 with VNNI", () => {
  test.each<[string, string, Partial<ConvFields>]>([
    ["large images", "winograd4x4", square(56)],
    ["small images", "byte rows", square(7)],
    ["3×3 of stride 2", "byte rows", { stride: [1, 2, 2], inSize: [1, 64, 64], outSize: [1, 32, 32] }],
    ["a filter per channel", "depthwise columns", { groups: 64 }],
    ["few channels", "byte lines", { inChannels: 3 }],
  ])("%s: %s", (_, method, fields) => {
    expect(methodOf(fields, { kernels: kernelsOf(openedVnni) })).toBe(method);
  });

  test("tiles of which a half lies outside cost less than those of which three quarters do", () => {
    const methods = [14, 13].map((size) => {
      const fields = { inChannels: 256, outChannels: 256, ...square(size) };
      return methodOf(fields, { kernels: kernelsOf(openedVnni), weight: 20 });
    });
    expect(methods).toEqual(["winograd4x4", "byte rows"]);
  });
});

describe.skipIf(!("provider" in openedAmx))("methods of quantizedConv, AMX", () => {
  test.each<[string, string, Partial<ConvFields>]>([
    ["large images", "byte rows", { inSize: [1, 56, 56], outSize: [1, 56, 56] }],
    ["few channels", "byte lines", { inChannels: 3 }],
  ])("%s: %s", (_, method, fields) => {
    expect(methodOf(fields, { kernels: kernelsOf(openedAmx) })).toBe(method);
  });
});

describe.skipIf(!("provider" in opened))("methods of packedConv, AVX2", () => {
  test.each<[string, string, Partial<ConvFields>]>([
    ["3×3 of stride 1", "winograd", {}],
    ["small images", "rows", { inSize: [1, 6, 6], outSize: [1, 6, 6] }],
    ["many small images", "winograd", { inSize: [1, 6, 6], outSize: [1, 6, 6], batch: 4 }],
    ["3×3 of stride 2", "rows", { stride: [1, 2, 2], outSize: [1, 8, 8] }],
    ["groups", "rows", { groups: 2 }],
    ["a filter per channel", "depthwise", { groups: 64 }],
  ])("%s: %s", (_, method, fields) => {
    const shape = shapeOf(fields);
    const packed = new Uint8Array(kernels().convPackedBytes!(shape));
    kernels().convPack!(new Float32Array(weightsOf(shape)), packed, shape);
    expect(packedMethod(packed)).toBe(method);
  });
});

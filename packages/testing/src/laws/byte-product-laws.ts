import { convShape, packedMethod } from "@octavo/spec";
import type { KernelProvider } from "@octavo/spec";
import type { TestFunctions } from "./run-kernel-laws.ts";

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

/** What the kernels choose for a convolution of activations in low … high, all of whose weights are the same. */
function methodOf(
  { kernels }: KernelProvider,
  [low, high]: readonly [number, number],
  weight: number,
  weightZeroPoint: number,
): string {
  const weights = new Int8Array(32 * 32).fill(weight);
  const zeroPoints = new Int32Array(32).fill(weightZeroPoint);
  const facts = [shape, low, low, high] as const;
  const packed = new Uint8Array(kernels.quantizedConvPackedBytes!(weights, zeroPoints, ...facts));
  kernels.quantizedConvPack!(weights, zeroPoints, packed, ...facts);
  return packedMethod(packed);
}

/**
 * Convolutions multiply bytes where sums stay exact, and only there: for activations that spread over at most `levels`
 * steps (0 for an instruction set without a dot product of bytes), and weights that fit int8 without their zero point.
 */
export function runByteProductLaws(
  provider: KernelProvider,
  levels: number,
  { describe, it }: TestFunctions,
): void {
  const expectMethod = (expected: string, ...given: [readonly [number, number], number, number]) => {
    const got = methodOf(provider, ...given);
    if (got !== expected) throw new Error(`expected ${expected}, got ${got}`);
  };
  describe(`bytes are multiplied where that is exact: ${provider.name}`, () => {
    for (const low of [0, 100, -128]) {
      it(`of activations from ${low}`, () => {
        const most = low + levels,
          largest = low < 0 ? 127 : 255;
        if (levels > 0 && most <= largest) expectMethod("byte rows", [low, most], -128, 0);
        if (most < largest) expectMethod("rows", [low, most + 1], -128, 0);
      });
    }
    it("by weights that fit int8 without their zero point", () => {
      expectMethod(levels > 0 ? "byte rows" : "rows", [0, 127], 100, -27);
      expectMethod("rows of wide weights", [0, 127], 100, -28);
    });
  });
}

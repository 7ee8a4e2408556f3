import { convShape, gemmShape } from "@octavo/spec";
import type { KernelProvider } from "@octavo/spec";
import { manualSeed, randn } from "octavo";

/** A product (m × k) · (k × n). */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Makes operands in the provider's memory and returns what computes the product once; null without the kernel. */
export type PrepareProduct = (provider: KernelProvider, product: Product) => (() => void) | null;

/** float32, by `gemm`. */
export const floatProduct: PrepareProduct = (provider, { m, n, k }) => {
  const { gemm } = provider.kernels;
  if (gemm === undefined) return null;
  const [a, b, c] = [m * k, k * n, m * n].map((length) => floatsOf(provider, length).fill(0.5));
  const shape = gemmShape({
    batch: 1,
    m,
    n,
    k,
    transposeA: false,
    transposeB: false,
    strideA: 0,
    strideB: 0,
    strideC: 0,
    accumulate: false,
  });
  return () => gemm(a, b, null, c, shape);
};

/**
 * uint8 by int8 to uint8, requantized, by `quantizedConv` of size 1: how linear layers and 1×1 convolutions run.
 * Activations have the given number of bits, which the kernels are told. Values are distributed as in networks, since some kernels
 * depend on it (decision 23): normally, weights up to 3.5 deviations, activations as after a relu up to 4.6, so that of those of 8 bits
 * 2 in 100 lie in the upper half.
 */
export const int8Product =
  (bits: 7 | 8): PrepareProduct =>
  (provider, { m, n, k }) => {
    const { quantizedConv, quantizedConvPack, quantizedConvPackedBytes } = provider.kernels;
    if (!quantizedConv || !quantizedConvPack || !quantizedConvPackedBytes) return null;
    const one = [1, 1, 1] as const;
    const shape = convShape({
      batch: m,
      inChannels: k,
      outChannels: n,
      groups: 1,
      inSize: one,
      outSize: one,
      kernel: one,
      stride: one,
      padding: [0, 0, 0],
      dilation: one,
    });
    const x = bytesOf(provider, m * k);
    const largest = 2 ** bits - 1;
    x.set(normal(x.length, largest / 4.6).map((value) => Math.min(Math.abs(value), largest)));
    const weight = Int8Array.from(normal(n * k, 127 / 3.5), (value) => Math.max(-127, Math.min(value, 127)));
    const weightZeroPoint = new Int32Array(n);
    const facts = [shape, 0, 0, largest] as const;
    const packed = bytesOf(provider, quantizedConvPackedBytes(weight, weightZeroPoint, ...facts));
    quantizedConvPack(weight, weightZeroPoint, packed, ...facts);
    const bias = floatsOf(provider, n);
    const multiplier = floatsOf(provider, n).fill(1e-4);
    const y = bytesOf(provider, m * n);
    return () => quantizedConv(x, packed, bias, multiplier, y, shape, 0, 128, 0, 255);
  };

/** The same numbers at each call, rounded. */
function normal(length: number, deviation: number): Float32Array {
  manualSeed(0);
  return (randn([length]).data as Float32Array).map((value) => Math.round(value * deviation));
}

function bytesOf(provider: KernelProvider, length: number): Uint8Array {
  const { buffer, byteOffset } = provider.allocate(length);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

function floatsOf(provider: KernelProvider, length: number): Float32Array {
  const { buffer, byteOffset } = provider.allocate(length * 4);
  return new Float32Array(buffer as ArrayBuffer, byteOffset, length);
}

import { convShape, gemmShape } from "@octavo/spec";
import type { KernelProvider } from "@octavo/spec";

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
 * Activations have the given number of bits, which the kernels are told.
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
    x.forEach((_, i) => (x[i] = i % 2 ** bits));
    const weight = new Int8Array(n * k).map((_, i) => (i % 255) - 127);
    const weightZeroPoint = new Int32Array(n);
    const facts = [shape, 3, 0, 2 ** bits - 1] as const;
    const packed = bytesOf(provider, quantizedConvPackedBytes(weight, weightZeroPoint, ...facts));
    quantizedConvPack(weight, weightZeroPoint, packed, ...facts);
    const bias = floatsOf(provider, n);
    const multiplier = floatsOf(provider, n).fill(1e-4);
    const y = bytesOf(provider, m * n);
    return () => quantizedConv(x, packed, bias, multiplier, y, shape, 3, 128, 0, 255);
  };

function bytesOf(provider: KernelProvider, length: number): Uint8Array {
  const { buffer, byteOffset } = provider.allocate(length);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

function floatsOf(provider: KernelProvider, length: number): Float32Array {
  const { buffer, byteOffset } = provider.allocate(length * 4);
  return new Float32Array(buffer as ArrayBuffer, byteOffset, length);
}

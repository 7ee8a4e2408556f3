import type { ConvShape, Kernels, Q8 } from "@octavo/spec";
import type { RandomValues } from "./random-values.ts";

/** As many zeros, signed or not. */
export const bytesLike = (signed: boolean, length: number): Q8 =>
  signed ? new Int8Array(length) : new Uint8Array(length);
/** What the type holds. */
export const rangeOf = (signed: boolean): [number, number] => (signed ? [-128, 127] : [0, 255]);

/** Bias and multipliers that spread the outputs of `terms` products over the range and a little beyond, or `gain` times as far. */
export function epilogue(
  random: RandomValues,
  channels: number,
  terms: number,
  integerBias: boolean,
  gain = 1,
) {
  const spread = 6000 * Math.sqrt(terms);
  const bias = integerBias
    ? random.integers(channels, -Math.round(spread), Math.round(spread))
    : random.floats(channels, -spread, spread);
  return { bias, multiplier: random.scales(channels, (20 * gain) / spread, (200 * gain) / spread) };
}

/** Weights as `quantizedConv` takes them. */
export function packConv(
  k: Kernels,
  weight: Q8,
  weightZeroPoint: Int32Array,
  shape: ConvShape,
  ...x: readonly [zeroPoint: number, min: number, max: number]
): Uint8Array {
  const packed = new Uint8Array(k.quantizedConvPackedBytes(weight, weightZeroPoint, shape, ...x));
  k.quantizedConvPack(weight, weightZeroPoint, packed, shape, ...x);
  return packed;
}

/** Kernels of a quantized convolution. */
export const trio = ["quantizedConvPackedBytes", "quantizedConvPack", "quantizedConv"] as const;

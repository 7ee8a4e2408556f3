import { ArgumentError, roundHalfToEven } from "@octavo/spec";

/** What turns the accumulators of a convolution or linear layer into output integers. */
export interface RequantizationInput {
  readonly inputScale: number;
  /** One scale, or one per output channel. */
  readonly weightScale: Float32Array;
  readonly outputScale: number;
  /** In real units, one per output channel, or null. */
  readonly bias: Float32Array | null;
  readonly channels: number;
  /** `qnnpack` takes that engine's int32 bias, for bit-equality with it; null is Octavo's (and fbgemm's) float32 bias. */
  readonly torchEngine: "qnnpack" | null;
}

/** The arguments that the `requantize` and `quantizedConv` kernels take; both of length `channels`. */
export interface Requantization {
  readonly bias: Float32Array | Int32Array;
  readonly multiplier: Float32Array;
}

/**
 * Bias and multiplier per output channel (docs/numerics.md, "Octavo's integer arithmetic"), s = fl(inputScale · weightScale):
 *
 * - bias fl(b / s), multiplier fl(s / outputScale);
 * - qnnpack: bias rne(fl(b · fl(1 / s))) as int32, clamped; multiplier fl(s · fl(1 / outputScale)).
 *
 * Everything that runs a quantized layer, module or program, must get its numbers here.
 * @throws ArgumentError if scales or biases are not as many as channels.
 */
export function requantization(input: RequantizationInput): Requantization {
  const { inputScale, weightScale, outputScale, bias, channels } = input;
  if ((weightScale.length !== 1 && weightScale.length !== channels) || (bias && bias.length !== channels)) {
    const got = `${weightScale.length} scales, ${bias?.length ?? "no"} biases`;
    throw new ArgumentError({
      where: "requantization",
      expected: `one scale or ${channels}, ${channels} biases or null`,
      got,
    });
  }
  // All of it in float32 arrays, which round as they store.
  const scales = new Float32Array(channels);
  const stride = weightScale.length === channels ? 1 : 0;
  for (let c = 0; c < channels; c++) scales[c] = inputScale * weightScale[c * stride];
  const rule = input.torchEngine === "qnnpack" ? qnnpack : octavo;
  return rule(scales, outputScale, bias);
}

const fl = Math.fround;

/** `scales` is its own to write into. */
type Rule = (scales: Float32Array, outputScale: number, bias: Float32Array | null) => Requantization;

const octavo: Rule = (scales, outputScale, bias) => {
  const scaledBias = new Float32Array(scales.length);
  for (let c = 0; c < scales.length; c++) {
    if (bias) scaledBias[c] = bias[c] / scales[c];
    scales[c] /= outputScale;
  }
  return { bias: scaledBias, multiplier: scales };
};

const qnnpack: Rule = (scales, outputScale, bias) => {
  const multiplier = scales.map((scale) => scale * fl(1 / outputScale));
  const scaledBias = new Int32Array(scales.length);
  bias?.forEach((b, c) => (scaledBias[c] = clampToInt32(roundHalfToEven(fl(b * fl(1 / scales[c]))))));
  return { bias: scaledBias, multiplier };
};

function clampToInt32(x: number): number {
  return Math.min(Math.max(x, -(2 ** 31)), 2 ** 31 - 1);
}

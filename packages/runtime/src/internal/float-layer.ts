import type { ConvShape, Kernels } from "@octavo/spec";

import { asIs } from "../op-definition.ts";
import type { Buffers, Prepared } from "../op-definition.ts";
import type { Step } from "../step.ts";

/** Checks the dtypes of a float convolution or linear layer, and its constant `bias`, [channels of y] or absent. */
export function checkFloatLayer(step: Step, channels: number): void {
  for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
  step.optionalConstant("bias", ["float32"], [channels]);
}

/** The constants `weight` and `bias` as they are. */
export function prepareFloatLayer(step: Step): { weight: Prepared; bias?: Prepared } {
  return { weight: asIs(readFloatWeight(step)), ...prepareFloatBias(step) };
}

/** What `prepareFloatLayer` prepared. */
export type FloatLayerConstants = { readonly weight: Float32Array; readonly bias?: Float32Array };

/** The constant `weight`. */
export function readFloatWeight(step: Step): Float32Array {
  return step.constant("weight", ["float32"]).data as Float32Array;
}

/** The constant `bias` as it is, where there is one. */
export function prepareFloatBias(step: Step): { bias?: Prepared } {
  const bias = step.optionalConstant("bias", ["float32"]);
  return bias ? { bias: asIs(bias.data) } : {};
}

/** Inclusive range that a float output is clamped to: the attributes `low` and `high`, without such an end when absent. */
export function readFloatRange(step: Step): { low: number; high: number } {
  const low = step.number("low", -Infinity);
  const high = step.number("high", Infinity);
  if (low > high) step.fail("low ≤ high", `low ${low}, high ${high}`);
  return { low, high };
}

/** That range as the epilogue of `channelAffine`; none where it has no end. */
export function prepareEpilogue(step: Step): { epilogue?: Prepared } {
  const { low, high } = readFloatRange(step);
  return low > -Infinity || high < Infinity ? { epilogue: asIs(Float32Array.of(low, high)) } : {};
}

/** Weights packed for `packedConv`, and the bias. */
export function prepareFloatConv(
  step: Step,
  kernels: Kernels,
  shape: ConvShape,
): { packed: Prepared; bias?: Prepared } {
  const packed: Prepared = {
    array: Uint8Array,
    length: kernels.convPackedBytes(shape),
    fill: (target) => kernels.convPack(readFloatWeight(step), target as Uint8Array, shape),
  };
  return { packed, ...prepareFloatBias(step) };
}

/** Runs `packedConv` with what `prepareFloatConv` prepared. */
export function bindFloatConv(step: Step, buffers: Buffers, kernels: Kernels, shape: ConvShape): () => void {
  const { low, high } = readFloatRange(step);
  const [x] = buffers.inputs as Float32Array[];
  const [y] = buffers.outputs as Float32Array[];
  const { packed, bias = null } = buffers.constants as { packed: Uint8Array; bias?: Float32Array };
  return () => kernels.packedConv(x, packed, bias, y, shape, low, high);
}

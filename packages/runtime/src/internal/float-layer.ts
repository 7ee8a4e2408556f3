import { UnaryOp } from "@octavo/spec";
import type { KernelName, Kernels } from "@octavo/spec";

import { asIs } from "../op-definition.ts";
import type { Prepared } from "../op-definition.ts";
import type { Step } from "../step.ts";

/** Checks the dtypes of a float convolution or linear layer, and its constant `bias`, [channels of y] or absent. */
export function checkFloatLayer(step: Step, channels: number): void {
  for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
  step.optionalConstant("bias", ["float32"], [channels]);
}

/** The constants `weight` and `bias` as they are. */
export function prepareFloatLayer(step: Step): { weight: Prepared; bias?: Prepared } {
  const bias = step.optionalConstant("bias", ["float32"]);
  return {
    weight: asIs(step.constant("weight", ["float32"]).data),
    ...(bias && { bias: asIs(bias.data) }),
  };
}

/** What `prepareFloatLayer` prepared. */
export type FloatLayerConstants = { readonly weight: Float32Array; readonly bias?: Float32Array };

/** Inclusive range that a float output is clamped to: the attributes `low` and `high`, each NaN when absent; null without both. */
export function readClamp(step: Step): { low: number; high: number } | null {
  const low = step.number("low", Number.NaN);
  const high = step.number("high", Number.NaN);
  if (low > high) step.fail("low ≤ high", `low ${low}, high ${high}`);
  return Number.isNaN(low) && Number.isNaN(high) ? null : { low, high };
}

/** The kernel of a layer, and what clamps after it. */
export const withClamp =
  (kernel: KernelName) =>
  (step: Step): KernelName[] =>
    readClamp(step) ? [kernel, "unary"] : [kernel];

/** A step that clamps y, if the layer does. */
export function bindClamp(step: Step, y: Float32Array, kernels: Kernels): () => void {
  const clamp = readClamp(step);
  return () => clamp && kernels.unary(UnaryOp.clamp, y, y, clamp.low, clamp.high);
}

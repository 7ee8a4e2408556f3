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

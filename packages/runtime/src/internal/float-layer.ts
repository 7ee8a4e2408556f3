import { asIs } from "../op-definition.ts";
import type { Prepared } from "../op-definition.ts";
import type { Step } from "../step.ts";

/** Checks the dtypes of a float convolution or linear layer, and its constant `bias`, [channels of y] or absent. */
export function checkFloatLayer(step: Step, channels: number): void {
  for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
  step.optionalConstant("bias", ["float32"], [channels]);
}

/** The constant `weight`. */
export function readFloatWeight(step: Step): Float32Array {
  return step.constant("weight", ["float32"]).data as Float32Array;
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

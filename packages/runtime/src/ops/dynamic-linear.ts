import { readLinear } from "../internal/linear-geometry.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/**
 * Linear layer with 8-bit weights on float32: each call quantizes its inputs by their own range.
 *
 * Values: x (…, I) → y (…, O), both float32, contiguous. Constants: `weight` qint8 (O, I), its `weightScale` [1] or [O], `bias`
 * float32 (O). Attributes: `reduceRange` false: 7 bits for the inputs, as fbgemm.
 */
export const dynamicLinear: OpDefinition = {
  name: "dynamicLinear",
  version: 1,
  kernels: ["dynamicLinear"],

  check(step) {
    const { outFeatures, output } = readLinear(step, "qint8");
    for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
    scalesOf(step, outFeatures);
    step.optionalConstant("bias", ["float32"], [outFeatures]);
    step.boolean("reduceRange", false);
    return [output];
  },

  prepare(step) {
    const { weight, outFeatures } = readLinear(step, "qint8");
    const bias = step.optionalConstant("bias", ["float32"]);
    return {
      weight: asIs(weight.data),
      weightScale: asIs(scalesOf(step, outFeatures)),
      ...(bias && { bias: asIs(bias.data) }),
    };
  },

  bind(step, buffers, kernels) {
    const { inFeatures, outFeatures } = readLinear(step, "qint8");
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { weight, weightScale, bias = null } = buffers.constants as DynamicLinearConstants;
    const quantMax = step.boolean("reduceRange", false) ? 127 : 255;
    const rows = y.length / outFeatures;
    return () =>
      kernels.dynamicLinear(x, weight, weightScale, bias, y, quantMax, rows, inFeatures, outFeatures);
  },
};

type DynamicLinearConstants = { weight: Int8Array; weightScale: Float32Array; bias?: Float32Array };

/** One per output. */
function scalesOf(step: Step, outFeatures: number): Float32Array {
  const { data } = step.perChannelConstant("weightScale", "float32", outFeatures);
  return data.length === outFeatures
    ? (data as Float32Array)
    : new Float32Array(outFeatures).fill(data[0] as number);
}

import { DynamicWeight, largestInput } from "../internal/dynamic-weight.ts";
import { linearOutput, linearShape, readLinear } from "../internal/linear-geometry.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * Linear layer with 8-bit weights on float32: each call quantizes its inputs by their own range.
 *
 * Values: x (…, I) → y (…, O), both float32, contiguous. Constants: `weight` qint8 (O, I), its `weightScale` [1] or [O], `bias`
 * float32 (O). Attributes: `reduceRange` false: 7 bits for the inputs, as fbgemm.
 */
export const dynamicLinear: OpDefinition = {
  name: "dynamicLinear",
  version: 1,
  kernels: ["dynamicConv"],

  check(step) {
    const geometry = readLinear(step, "qint8");
    for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
    new DynamicWeight(step).check([geometry.outFeatures, geometry.inFeatures]);
    largestInput(step);
    return [linearOutput(step, geometry)];
  },

  prepare: (step) => new DynamicWeight(step).prepare(),

  bind(step, buffers, kernels) {
    const { inFeatures, outFeatures } = readLinear(step, "qint8");
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const weight = new DynamicWeight(step).read(buffers.constants);
    const quantMax = largestInput(step);
    const shape = linearShape(y.length / outFeatures, inFeatures, outFeatures);
    return () => kernels.dynamicConv(x, ...weight, y, shape, quantMax);
  },
};

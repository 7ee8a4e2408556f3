import { readConv } from "../internal/conv-geometry.ts";
import { DynamicWeight, largestInput } from "../internal/dynamic-weight.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * Convolution with 8-bit weights on float32: each call quantizes its inputs by their own range. Values and geometry as in `floatConv`;
 * constants `weight` qint8 (O, kernel …, C / groups), `weightScale` [1] or [O], `bias` float32 (O). Attributes: also `reduceRange`
 * false: 7 bits for the inputs, as fbgemm.
 */
export const dynamicConv: OpDefinition = {
  name: "dynamicConv",
  version: 1,
  kernels: ["dynamicConv"],

  check(step) {
    const geometry = readConv(step, "qint8");
    for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
    new DynamicWeight(step).check(geometry.weight.shape);
    largestInput(step);
    return [geometry.output(step)];
  },

  prepare: (step) => new DynamicWeight(step).prepare(),

  bind(step, buffers, kernels) {
    const shape = readConv(step, "qint8").shape(step);
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const weight = new DynamicWeight(step).read(buffers.constants);
    const quantMax = largestInput(step);
    return () => kernels.dynamicConv(x, ...weight, y, shape, quantMax);
  },
};

import type { OpDefinition } from "../op-definition.ts";
import { DynamicWeight, largestInput } from "./dynamic-weight.ts";
import type { ReadGeometry } from "./layer-geometry.ts";

/** A layer with 8-bit weights on float32 that `dynamicConv` runs. */
export function dynamicLayer(name: string, read: ReadGeometry): OpDefinition {
  return {
    name,
    version: 1,
    kernels: ["dynamicConv"],

    check(step) {
      const geometry = read(step, "qint8");
      for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
      new DynamicWeight(step).check(geometry.weight.shape);
      largestInput(step);
      return [geometry.output(step)];
    },

    prepare: (step) => new DynamicWeight(step).prepare(),

    bind(step, buffers, kernels) {
      const shape = read(step, "qint8").shape(step);
      const [x] = buffers.inputs as Float32Array[];
      const [y] = buffers.outputs as Float32Array[];
      const weight = new DynamicWeight(step).read(buffers.constants);
      const quantMax = largestInput(step);
      return () => kernels.dynamicConv(x, ...weight, y, shape, quantMax);
    },
  };
}

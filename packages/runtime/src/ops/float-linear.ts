import { convMethod } from "../internal/conv-method.ts";
import { bindFloatConv, checkFloatLayer, prepareFloatConv, readFloatRange } from "../internal/float-layer.ts";
import { linearShapeOf, readLinear } from "../internal/linear-geometry.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * float32 linear layer, y = x Wᵀ + b: x (…, I) → y (…, O), contiguous. Constants: `weight` (O, I), `bias` (O), both float32.
 * Attributes `low`, `high` as in `floatConv`.
 */
export const floatLinear: OpDefinition = {
  name: "floatLinear",
  version: 1,
  kernels: ["packedConv"],
  method: convMethod,

  check(step) {
    const { outFeatures, output } = readLinear(step, "float32");
    checkFloatLayer(step, outFeatures);
    readFloatRange(step);
    return [output];
  },

  prepare: (step, kernels) => prepareFloatConv(step, kernels, linearShapeOf(step, "float32")),

  bind: (step, buffers, kernels) => bindFloatConv(step, buffers, kernels, linearShapeOf(step, "float32")),
};

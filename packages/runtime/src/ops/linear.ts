import { convMethod } from "../internal/conv-method.ts";
import { bindConv, checkLayer, prepareConv } from "../internal/quantized-layer.ts";
import { linearShapeOf, readLinear } from "../internal/linear-geometry.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * Quantized linear layer, y = x Wᵀ + b, as `torch.nn.Linear`: a convolution of size 1 over rows.
 *
 * Values: x (…, I) → y (…, O), both 8-bit, contiguous. Constants: `weight` qint8 (O, I), the others as in `conv`.
 * Attributes: `low`, `high`, `torchEngine`, as in `conv`.
 */
export const linear: OpDefinition = {
  name: "linear",
  version: 1,
  kernels: ["quantizedConv"],
  method: convMethod,

  check(step) {
    const { outFeatures, output } = readLinear(step, "qint8");
    checkLayer(step, outFeatures);
    return [output];
  },

  prepare: (step, kernels) => prepareConv(step, kernels, linearShapeOf(step, "qint8")),

  bind: (step, buffers, kernels) => bindConv(step, buffers, kernels, linearShapeOf(step, "qint8")),
};

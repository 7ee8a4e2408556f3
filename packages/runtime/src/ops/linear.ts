import { numberOfElements } from "@octavo/spec";
import type { ConvShape } from "@octavo/spec";

import { convMethod } from "../internal/conv-method.ts";
import { bindConv, checkLayer, prepareConv } from "../internal/quantized-layer.ts";
import { linearShape, readLinear } from "../internal/linear-geometry.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

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

  prepare: (step, kernels) => prepareConv(step, kernels, shapeOf(step)),

  bind: (step, buffers, kernels) => bindConv(step, buffers, kernels, shapeOf(step)),
};

function shapeOf(step: Step): ConvShape {
  const { inFeatures, outFeatures, output } = readLinear(step, "qint8");
  return linearShape(Math.max(numberOfElements(output) / outFeatures, 1), inFeatures, outFeatures);
}

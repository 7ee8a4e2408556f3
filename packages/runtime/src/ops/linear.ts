import { numberOfElements } from "@octavo/spec";
import type { ConvShape } from "@octavo/spec";

import { convMethod } from "../internal/conv-method.ts";
import { bindConv, checkLayer, prepareConv } from "../internal/quantized-layer.ts";
import { linearOutput, linearShape, readLinear } from "../internal/linear-geometry.ts";
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
    const geometry = readLinear(step, "qint8");
    checkLayer(step, geometry.outFeatures);
    return [linearOutput(step, geometry)];
  },

  prepare: (step, kernels) => prepareConv(step, kernels, shapeOf(step)),

  bind: (step, buffers, kernels) => bindConv(step, buffers, kernels, shapeOf(step)),
};

function shapeOf(step: Step): ConvShape {
  const { inFeatures, outFeatures } = readLinear(step, "qint8");
  const rows = numberOfElements(step.inputs[0].shape) / inFeatures;
  return linearShape(Math.max(rows, 1), inFeatures, outFeatures);
}

import { fixedPointAdd } from "../internal/fixed-point-add.ts";
import { bindPair, quantizedBinary } from "../internal/quantized-binary.ts";
import type { Step } from "../step.ts";

/**
 * y = a + b on 8-bit tensors, broadcast as in torch.
 * Attributes: `low`, `high`: range of y (ReLU: low is its zero point), by default its quantMin and quantMax; `torchEngine`
 * `"qnnpack"`: that engine's fixed-point arithmetic, on values of one dtype.
 */
export const add = quantizedBinary("add", {
  kernel: (step) => (isFixedPoint(step) ? "quantizedAddFixed" : "quantizedAdd"),
  bind: (step, kernels) =>
    isFixedPoint(step) ? fixedPointAdd(step, kernels) : bindPair("quantizedAdd", step, kernels),
});

function isFixedPoint(step: Step): boolean {
  if (step.optionalChoice("torchEngine", ["qnnpack"]) === null) return false;
  for (const value of step.inputs) step.expectDType(value, step.outputs[0].dtype);
  return true;
}

import { Linear } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { getDefaultQConfig, replaceModules } from "@octavo/qat";
import type { QConfig } from "@octavo/qat";
import { QuantizationError } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { noGrad } from "@octavo/tensor";
import { isKernelOperation } from "./internal/is-kernel-operation.ts";
import { DynamicQuantizedLinear } from "./modules/dynamic-quantized-linear.ts";

export interface QuantizeDynamicOptions {
  /** Change the model itself instead of a copy. Default false. */
  readonly inplace?: boolean;
  /** Its weight part says how weights are observed. Default: `getDefaultQConfig()`, symmetric per channel. */
  readonly qconfig?: QConfig;
  /** 7 bits for inputs, as fbgemm. Default false: Octavo's kernels are exact with 8. */
  readonly reduceRange?: boolean;
}

/**
 * Linear layers with 8-bit weights, everything else in float: no calibration, weights a quarter of the size.
 * torch.ao.quantization.quantize_dynamic. Layers whose `qconfig` is null, and layers of the user's own, stay.
 *
 * @returns a copy, unless `inplace`, in evaluation mode.
 * @throws QuantizationError for a model without linear layers, or a weight that is not quantized symmetrically.
 */
export function quantizeDynamic<M extends Module>(
  model: M,
  { inplace = false, qconfig = getDefaultQConfig(), reduceRange = false }: QuantizeDynamicOptions = {},
): M {
  const target = (inplace ? model : model.clone()).eval();
  let count = 0;
  const kept = new Set([...target.modules()].filter((module) => module.qconfig === null));
  const result = replaceModules(target, (module) => {
    if (kept.has(module) || !(module instanceof Linear && isKernelOperation(module))) return null;
    count++;
    return new DynamicQuantizedLinear(module, weightQParams(module, qconfig), reduceRange);
  });
  if (count > 0) return result as M;
  throw new QuantizationError({
    where: `quantizeDynamic of ${model.typeName()}`,
    expected: "a model with Linear layers",
    got: "one without",
    hint: "Convolutions need calibration: prepare, run some data, convert.",
  });
}

function weightQParams(linear: Linear, { weight }: QConfig): QParams {
  const quantizer = weight?.along(linear.channelAxis).create();
  noGrad(() => quantizer?.observe(linear.weight));
  const qparams = quantizer?.qparams as QParams | undefined;
  if (qparams?.dtype === "qint8" && qparams.zeroPoint.every((zero) => zero === 0)) return qparams;
  throw new QuantizationError({
    where: "quantizeDynamic",
    expected: "a qconfig whose weights are qint8, symmetric",
    got: String(weight),
    hint: "getDefaultQConfig() has one.",
  });
}

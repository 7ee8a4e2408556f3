import type { Module } from "@octavo/nn";
import { activationQuantizerOf } from "@octavo/qat";
import type { QConfig } from "@octavo/qat";
import { QuantizationError } from "@octavo/spec";
import type { QuantizedDType } from "@octavo/spec";
import { activationQParams, wholeRange } from "./program-value.ts";
import type { ActivationQParams } from "./program-value.ts";

/**
 * dtype and qparams that a prepared module's output was trained or calibrated with.
 * @throws QuantizationError naming the module, if its observer saw nothing, or has a scale per channel.
 */
export function observedOutput(module: Module, path: string): [QuantizedDType, ActivationQParams] {
  const quantizer = activationQuantizerOf(module)!;
  const where = `convert of ${path ? `${path} (${module.typeName()})` : module.typeName()}`;
  if (!quantizer.hasQParams) {
    throw new QuantizationError({
      where,
      expected: "an observer that saw data",
      got: `${quantizer.observer} that saw nothing`,
      hint: "Run calibration batches (or training steps) through the prepared model before convert. Is the module used?",
    });
  }
  const { qparams } = quantizer;
  const output = activationQParams(qparams, where);
  const { torchCompat } = module.qconfig as QConfig;
  return [qparams.dtype, torchCompat ? wholeRange(qparams.dtype, output) : output];
}

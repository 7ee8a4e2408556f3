import type { Module } from "@octavo/nn";
import { activationQuantizerOf, replaceModules } from "@octavo/qat";
import { QuantizationError } from "@octavo/spec";
import { quantizedForm } from "./quantized-forms.ts";

export interface ConvertOptions {
  /** Change the model itself instead of a copy. Default false. */
  readonly inplace?: boolean;
}

/**
 * Replaces prepared modules by quantized ones that compute on integers, with the ranges that training or calibration
 * found; nothing is observed any more. The result runs in evaluation mode. torch.ao.quantization.convert.
 *
 * Throws `QuantizationError` if the model was not prepared, or an observer saw nothing; the message names the module.
 */
export function convert<M extends Module>(model: M, { inplace = false }: ConvertOptions = {}): M {
  if (![...model.modules()].some((module) => activationQuantizerOf(module))) {
    throw new QuantizationError({
      where: `convert of ${model.typeName()}`,
      expected: "a prepared model",
      got: "one without observers",
      hint: "Call prepare (and calibrate) or prepareQat (and train) first.",
    });
  }
  const target = inplace ? model : model.clone();
  return replaceModules(target.eval(), quantizedForm) as M;
}

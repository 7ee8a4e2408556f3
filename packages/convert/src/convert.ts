import { stepOn } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { activationQuantizerOf, replaceModules } from "@octavo/qat";
import { QuantizationError, withDefaults } from "@octavo/spec";
import { convertedPart } from "./internal/converted-part.ts";
import { QFunctional } from "./modules/q-functional.ts";
import { Quantize } from "./modules/quantize.ts";
import { QuantizedFunction } from "./modules/quantized-function.ts";
import { QuantizedTable } from "./modules/quantized-table.ts";
import { QuantizedLayer } from "./modules/quantized-layer.ts";
import { quantizedForm } from "./quantized-forms.ts";

export interface ConvertOptions {
  /** Change the model itself instead of a copy. Default false. */
  readonly inplace?: boolean;
}

/**
 * Replaces prepared modules by quantized ones that compute on integers, with the ranges that training or calibration
 * found; nothing is observed any more, and no module has a qconfig. The result runs in evaluation mode. torch.ao.quantization.convert.
 *
 * @returns a copy, unless `inplace`.
 * @throws QuantizationError if the model was not prepared or is converted already, or an observer saw nothing; the message
 *   names the module.
 */
export function convert<M extends Module>(model: M, options: ConvertOptions = {}): M {
  const { inplace } = withDefaults(stepOn("convert", model), { inplace: false }, options);
  requirePrepared(model);
  const target = inplace ? model : model.clone();
  const result = replaceModules(target.eval(), quantizedForm) as M;
  // What they said is done; a null left behind would keep layers from quantizeDynamic. torch's _remove_qconfig.
  for (const module of result.modules()) Reflect.deleteProperty(module, "qconfig");
  return result;
}

/** What `convert` makes. */
const converted = [Quantize, QuantizedLayer, QuantizedFunction, QuantizedTable, QFunctional];

function requirePrepared(model: Module): void {
  for (const module of model.modules()) if (activationQuantizerOf(module)) return;
  const part = convertedPart(model, converted);
  throw new QuantizationError({
    where: `convert of ${model.typeName()}`,
    expected: "a prepared model",
    got: part ? `one that is converted already: ${part}` : "one without observers",
    hint: part
      ? "Keep the prepared model to convert it again."
      : "Call prepare (and calibrate) or prepareQat (and train) first.",
  });
}

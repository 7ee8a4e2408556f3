import { stepOn } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { activationQuantizerOf, replaceModules } from "@octavo/qat";
import { QuantizationError, withDefaults } from "@octavo/spec";
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
  const converted = replaceModules(target.eval(), quantizedForm) as M;
  // What they said is done; a null left behind would keep layers from quantizeDynamic. torch's _remove_qconfig.
  for (const module of converted.modules()) Reflect.deleteProperty(module, "qconfig");
  return converted;
}

function requirePrepared(model: Module): void {
  const modules = [...model.namedModules()];
  if (modules.some(([, module]) => activationQuantizerOf(module))) return;
  const converted = modules.find(([, module]) =>
    [Quantize, QuantizedLayer, QuantizedFunction, QuantizedTable, QFunctional].some(
      (type) => module instanceof type,
    ),
  );
  throw new QuantizationError({
    where: `convert of ${model.typeName()}`,
    expected: "a prepared model",
    got: converted
      ? `one that is converted already: ${converted[0]} is a ${converted[1].typeName()}`
      : "one without observers",
    hint: converted
      ? "Keep the prepared model to convert it again."
      : "Call prepare (and calibrate) or prepareQat (and train) first.",
  });
}

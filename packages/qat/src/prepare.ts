import { FusedModule } from "@octavo/fusion";
import { BatchNorm, Dropout, isWeightedLayer, stepOn } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { QuantizationError, warn } from "@octavo/spec";
import { activationQuantizerOf, watchOutput } from "./activation-quantizer.ts";
import { QatLayer } from "./modules/qat-layer.ts";
import { nothingToObserve } from "./nothing-to-observe.ts";
import { outputQuantizer } from "./output-rules.ts";
import { prepareSettings } from "./prepare-options.ts";
import type { PrepareOptions } from "./prepare-options.ts";
import { propagateQConfig } from "./propagate-qconfig.ts";
import { partsOf, qatForm } from "./qat-forms.ts";
import { requireQConfig, sameQConfig } from "./qconfig.ts";
import type { QConfig } from "./qconfig.ts";
import { replaceModules } from "./replace-modules.ts";
import { requireLayerWeight } from "./require-layer-weight.ts";

/**
 * Puts observers where `convert` will need ranges: on the outputs of layers, stubs and FloatFunctionals with a qconfig.
 * Then run calibration data through the result. torch.ao.quantization.prepare.
 *
 * The model should be in evaluation mode: batch norm that is training calibrates with the statistics of each batch, not with
 * those that inference has, dropout with elements that it zeroes. Like torch this goes on; unlike torch it warns, through `onWarning`.
 *
 * @returns a copy, unless `inplace`.
 * @throws QuantizationError if no module has a qconfig or none that has one can be observed, if the model was prepared before, if a fused group has two, or if weights of a
 * layer would not be qint8.
 * @throws ArgumentError for a qconfig that is none, and for options that there are not.
 */
export function prepare<M extends Module>(model: M, options: PrepareOptions = {}): M {
  const { inplace, qconfig } = prepareSettings(stepOn("prepare", model), options);
  warnOfTraining(model);
  const target = inplace ? model : model.clone();
  attach(target, checked(target, qconfig, "prepare"), "prepare");
  return target;
}

/**
 * As `prepare`, for training: layers also fake-quantize their weights. Fuse first with `fuseModulesQat`, train the result
 * as usual, then `convert`. torch.ao.quantization.prepare_qat.
 *
 * @returns a copy, unless `inplace` (and unless the model itself is a layer).
 * @throws QuantizationError as `prepare` does, and for a model in evaluation mode or a qconfig that only observes.
 * @throws ArgumentError as `prepare` does.
 */
export function prepareQat<M extends Module>(model: M, options: PrepareOptions = {}): M {
  const where = stepOn("prepareQat", model);
  const { inplace, qconfig } = prepareSettings(where, options);
  if (!model.training) {
    throw new QuantizationError({
      where,
      expected: "a model in training mode",
      got: "one in evaluation mode",
      hint: "Call model.train() first, or use prepare for post-training quantization.",
    });
  }
  const target = inplace ? model : model.clone();
  const qconfigs = checked(target, qconfig, "prepareQat");
  const trained = replaceModules(target, (module, path) => {
    const own = qconfigs.get(module);
    if (!own?.weight) return null;
    const form = qatForm(module, own, pathOf(path, module));
    if (form) qconfigs.set(form, own);
    return form;
  });
  attach(trained, qconfigs, "prepareQat");
  return trained as M;
}

function warnOfTraining(model: Module): void {
  for (const [path, module] of model.namedModules()) {
    const effect = module.training ? trainingEffect(module) : null;
    if (effect === null) continue;
    return warn(
      `prepare of ${model.typeName()}: ${pathOf(path, module)} is in training mode and would ${effect}. Call eval() on the model first.`,
    );
  }
}

/** What a module in training mode does to calibration that inference will not; null for nothing. */
function trainingEffect(module: Module): string | null {
  if (module instanceof BatchNorm) return "calibrate with the statistics of each batch, and change its own";
  if (module instanceof Dropout && module.p > 0)
    return "show observers values that it zeroes and scales at random";
  return null;
}

type QConfigs = Map<Module, QConfig | null>;

/** Each module's qconfig. @throws QuantizationError for a model that cannot be prepared. */
function checked(model: Module, qconfig: QConfig | undefined, where: string): QConfigs {
  requireUnprepared(model, where);
  for (const [path, module] of model.namedModules()) {
    if (module.qconfig !== undefined) requireQConfig(`qconfig of ${pathOf(path, module)}`, module.qconfig);
  }
  const qconfigs = propagateQConfig(model, qconfig ?? null);
  requireUniformGroups(model, qconfigs);
  for (const [path, module] of model.namedModules()) {
    const weight = qconfigs.get(module)?.weight;
    if (weight && isWeightedLayer(partsOf(module)[0]))
      requireLayerWeight(`${where} of ${pathOf(path, module)}`, weight);
  }
  return qconfigs;
}

function attach(model: Module, qconfigs: QConfigs, where: string): void {
  let watched = 0;
  const inside = new Set<Module>();
  for (const [path, module] of model.namedModules()) {
    if (inside.has(module)) continue;
    if (isGroup(module)) for (const part of module.modules()) inside.add(part);
    const qconfig = qconfigs.get(module);
    if (!qconfig) continue;
    module.qconfig = qconfig;
    if (module instanceof QatLayer) module.weightFakeQuant.observer.name = join(path, "weightFakeQuant");
    const quantizer = outputQuantizer(module, qconfig)?.create();
    if (!quantizer) continue;
    quantizer.observer.name = join(path, "activationPostProcess");
    watchOutput(module, quantizer);
    watched++;
  }
  if (watched === 0) throw nothingWatched(model, qconfigs, where);
}

function nothingWatched(model: Module, qconfigs: QConfigs, where: string): QuantizationError {
  const chosen = [...model.modules()].filter((module) => qconfigs.get(module)?.activation);
  if (chosen.length > 0) {
    return nothingToObserve(
      `${where} of ${model.typeName()}`,
      chosen.map((module) => module.typeName()),
    );
  }
  return new QuantizationError({
    where: `${where} of ${model.typeName()}`,
    expected: "a qconfig on the model or on some of its modules",
    got: "none",
    hint: `Set it first: model.qconfig = getDefault${where === "prepare" ? "" : "Qat"}QConfig().`,
  });
}

/** Modules that are quantized as one, whatever is inside them. */
function isGroup(module: Module): boolean {
  return module instanceof FusedModule || module instanceof QatLayer;
}

function requireUnprepared(model: Module, where: string): void {
  for (const [path, module] of model.namedModules()) {
    if (!activationQuantizerOf(module)) continue;
    throw new QuantizationError({
      where: `${where} of ${model.typeName()}`,
      expected: "a model that was not prepared yet",
      got: `an observer on ${pathOf(path, module)}`,
      hint: "Keep the float model and prepare it again, or go on with convert.",
    });
  }
}

function requireUniformGroups(model: Module, qconfigs: QConfigs): void {
  for (const [path, module] of model.namedModules()) {
    if (!(module instanceof FusedModule)) continue;
    const own = qconfigs.get(module) ?? null;
    const other = module.parts().find((part) => !sameQConfig(qconfigs.get(part) ?? null, own));
    if (!other) continue;
    throw new QuantizationError({
      where: pathOf(path, module),
      expected: `one qconfig for the whole fused group, ${own}`,
      got: `${qconfigs.get(other) ?? null} on its ${other.typeName()}`,
      hint: "Set the qconfig on the fused module, or do not fuse these modules.",
    });
  }
}

function pathOf(path: string, module: Module): string {
  return path ? `${path} (${module.typeName()})` : module.typeName();
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}

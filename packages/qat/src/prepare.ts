import { FusedModule } from "@octavo/fusion";
import type { Module } from "@octavo/nn";
import { QuantizationError } from "@octavo/spec";
import { activationQuantizerOf, watchOutput } from "./activation-quantizer.ts";
import { FloatFunctional } from "./float-functional.ts";
import { QatLayer } from "./modules/qat-layer.ts";
import { outputQuantizer } from "./output-rules.ts";
import { propagateQConfig } from "./propagate-qconfig.ts";
import { qatForm } from "./qat-forms.ts";
import { sameQConfig } from "./qconfig.ts";
import type { QConfig } from "./qconfig.ts";
import { replaceModules } from "./replace-modules.ts";

export interface PrepareOptions {
  /** Change the model itself instead of a copy. Default false. */
  readonly inplace?: boolean;
  /** For every module that has none of its own; the model's `qconfig` field says the same. */
  readonly qconfig?: QConfig;
}

/**
 * Puts observers where `convert` will need ranges: on the outputs of layers, stubs and FloatFunctionals with a qconfig.
 * Then run calibration data through the result. torch.ao.quantization.prepare.
 *
 * Throws `QuantizationError` if no module has a qconfig, if the model was prepared before, or if a fused group has two.
 */
export function prepare<M extends Module>(model: M, options: PrepareOptions = {}): M {
  return attach(options.inplace ? model : (model.clone() as M), options.qconfig ?? null, "prepare");
}

/**
 * As `prepare`, for training: layers also fake-quantize their weights. Fuse first with `fuseModulesQat`, train the result
 * as usual, then `convert`. torch.ao.quantization.prepare_qat.
 *
 * Throws `QuantizationError` as `prepare` does, and for a model in evaluation mode or a qconfig that only observes.
 */
export function prepareQat<M extends Module>(model: M, options: PrepareOptions = {}): M {
  if (!model.training) {
    throw new QuantizationError({
      where: `prepareQat of ${model.typeName()}`,
      expected: "a model in training mode",
      got: "one in evaluation mode",
      hint: "Call model.train() first, or use prepare for post-training quantization.",
    });
  }
  const target = options.inplace ? model : (model.clone() as M);
  const qconfigs = propagateQConfig(target, options.qconfig ?? null);
  requireUnprepared(target, "prepareQat");
  requireUniformGroups(target, qconfigs);
  const trained = replaceModules(target, (module) => {
    const qconfig = qconfigs.get(module);
    return qconfig?.weight ? qatForm(module, qconfig) : null;
  }) as M;
  return attach(trained, options.qconfig ?? null, "prepareQat");
}

function attach<M extends Module>(model: M, inherited: QConfig | null, where: string): M {
  requireUnprepared(model, where);
  const qconfigs = propagateQConfig(model, inherited);
  requireUniformGroups(model, qconfigs);
  let watched = 0;
  const inside = new Set<Module>();
  for (const [path, module] of model.namedModules()) {
    if (inside.has(module)) continue;
    if (isGroup(module)) for (const part of module.modules()) inside.add(part);
    const qconfig = qconfigs.get(module);
    if (!qconfig) continue;
    module.qconfig = qconfig;
    const isFunctional = module instanceof FloatFunctional;
    const quantizer = (isFunctional ? qconfig.activation : outputQuantizer(module, qconfig))?.create();
    if (!quantizer) continue;
    quantizer.observer.name = path ? `${path}.activationPostProcess` : "activationPostProcess";
    if (isFunctional) module.activationPostProcess = quantizer;
    else watchOutput(module, quantizer);
    watched++;
  }
  if (watched === 0) {
    throw new QuantizationError({
      where: `${where} of ${model.typeName()}`,
      expected: "a qconfig on the model or on some of its modules",
      got: "none",
      hint: `Set it first: model.qconfig = getDefault${where === "prepare" ? "" : "Qat"}QConfig().`,
    });
  }
  return model;
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
      got: `an observer on ${path}`,
      hint: "Keep the float model and prepare it again, or go on with convert.",
    });
  }
}

function requireUniformGroups(model: Module, qconfigs: ReadonlyMap<Module, QConfig | null>): void {
  for (const [path, module] of model.namedModules()) {
    if (!(module instanceof FusedModule)) continue;
    const own = qconfigs.get(module) ?? null;
    const other = [...module.parts()].find((part) => !sameQConfig(qconfigs.get(part) ?? null, own));
    if (!other) continue;
    throw new QuantizationError({
      where: `${path} (${module.typeName()})`,
      expected: `one qconfig for the whole fused group, ${own}`,
      got: `${qconfigs.get(other) ?? null} on its ${other.typeName()}`,
      hint: "Set the qconfig on the fused module, or do not fuse these modules.",
    });
  }
}

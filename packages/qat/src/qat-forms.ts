import { FusedModule } from "@octavo/fusion";
import { BatchNorm, isWeightedLayer } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";
import { QatBnLayer } from "./modules/qat-bn-layer.ts";
import { QatLayer } from "./modules/qat-layer.ts";
import { requireTraining } from "./modules/weight-quantizer.ts";
import type { QConfig } from "./qconfig.ts";

/** The parts of a fused module, in order; of any other module, itself. */
export function partsOf(module: Module): Module[] {
  return module instanceof FusedModule ? module.parts() : [module];
}

/**
 * The training form of a float or fused module: its weight is fake-quantized, and batch norm, if fused, stays alive. Null
 * if the module has no weight to quantize.
 *
 * @throws QuantizationError naming `where`, for a qconfig whose weight is only observed.
 */
export function qatForm(module: Module, qconfig: QConfig, where: string): QatLayer | null {
  const [layer, ...rest] = partsOf(module);
  if (!isWeightedLayer(layer)) return null;
  requireTraining(where, qconfig);
  const bn = rest[0] instanceof BatchNorm ? (rest.shift() as BatchNorm) : null;
  const activation = (rest[0] ?? null) as Module<[x: Tensor], Tensor> | null;
  const parts = { typeName: module.typeName(), layer, activation };
  const form = bn ? new QatBnLayer({ ...parts, bn }, qconfig) : new QatLayer(parts, qconfig);
  for (const hook of module.forwardHooks) form.registerForwardHook(hook);
  return form;
}

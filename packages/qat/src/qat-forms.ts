import { FusedModule } from "@octavo/fusion";
import { BatchNorm, isWeightedLayer } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { QuantizationError } from "@octavo/spec";
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
 * @throws QuantizationError naming `where`, for a qconfig whose weight is only observed, and for a module of which the
 * training form would leave something out.
 */
export function qatForm(module: Module, qconfig: QConfig, where: string): QatLayer | null {
  const [layer, ...rest] = partsOf(module);
  if (!isWeightedLayer(layer)) return null;
  requireTraining(where, qconfig);
  const bn = rest[0] instanceof BatchNorm ? (rest.shift() as BatchNorm) : null;
  requireNothingLost(module, layer, rest.length, where);
  const activation = (rest[0] ?? null) as Module<[x: Tensor], Tensor> | null;
  const parts = { typeName: module.typeName(), layer, activation };
  const form = bn ? new QatBnLayer({ ...parts, bn }, qconfig) : new QatLayer(parts, qconfig);
  for (const hook of module.forwardHooks) form.registerForwardHook(hook);
  return form;
}

/** @throws QuantizationError where the training form, weightedForward and one activation, would leave something out. */
function requireNothingLost(module: Module, layer: Module, after: number, where: string): void {
  if (after > 1) {
    throw new QuantizationError({
      where: `prepareQat of ${where}`,
      expected: "a layer, then at most one batch norm and one activation",
      got: partsOf(module)
        .map((part) => part.typeName())
        .join(", "),
      hint: "Fuse fewer modules.",
    });
  }
  if (forwardIsWeighted(layer)) return;
  throw new QuantizationError({
    where: `prepareQat of ${where}`,
    expected: "a layer whose forward is weightedForward with its own weight",
    got: "one that overrides forward alone",
    hint: "Override weightedForward instead, or keep the layer in float: layer.qconfig = null.",
  });
}

function forwardIsWeighted(layer: object): boolean {
  let holder = layer;
  while (!Object.hasOwn(holder, "forward") && !Object.hasOwn(holder, "weightedForward")) {
    holder = Object.getPrototypeOf(holder) as object;
  }
  return Object.hasOwn(holder, "weightedForward");
}

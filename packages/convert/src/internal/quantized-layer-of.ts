import { ConvNd, isWeightedLayer, ReLU, ReLU6 } from "@octavo/nn";
import type { Module, WeightedLayer } from "@octavo/nn";
import { partsOf, QatBnLayer, QatLayer } from "@octavo/qat";
import type { QConfig } from "@octavo/qat";
import type { QParams } from "@octavo/spec";
import { noGrad } from "@octavo/tensor";
import { QuantizedLayer } from "../modules/quantized-layer.ts";
import { foldedWeights } from "./folded-weights.ts";
import { isKernelOperation } from "./is-kernel-operation.ts";
import { requireFiniteBias } from "./require-finite-bias.ts";
import { observedOutput } from "./observed-output.ts";

/**
 * A layer, alone, fused or trained, that one kernel computes: the layer's own operation, zero padding, at most a clamp, and a weight that
 * its qconfig makes integers.
 */
export function isQuantizableLayer(module: Module): boolean {
  if ((module.qconfig as QConfig).weight === null) return false;
  const [layer, ...fused] =
    module instanceof QatLayer ? [module.layer(), module.activation()] : partsOf(module);
  if (!isWeightedLayer(layer!) || !isKernelOperation(layer)) return false;
  if (layer instanceof ConvNd && layer.paddingMode !== "zeros") return false;
  const [activation = null, ...more] = fused;
  return more.length === 0 && clampOf(activation) !== null;
}

/** The integer form of a quantizable layer, from training or calibration. */
export function quantizedLayer(module: Module, path: string): QuantizedLayer {
  const { layer, activation } = module instanceof QatLayer ? trainedParts(module) : observedParts(module);
  const { weight, bias } =
    module instanceof QatBnLayer ? foldedWeights(module) : module instanceof QatLayer ? module : layer;
  requireFiniteBias(bias, path ? `${path} (${module.typeName()})` : module.typeName());
  const qconfig = module.qconfig as QConfig;
  const quantizer =
    module instanceof QatLayer ? module.weightFakeQuant : qconfig.weight!.along(layer.channelAxis).create();
  // After calibration weights are seen here for the first time; after training the last forward's scales stand.
  if (!quantizer.hasQParams) noGrad(() => quantizer.observe(weight));
  const [dtype, output] = observedOutput(module, path);
  return new QuantizedLayer({
    typeName: `Quantized${module.typeName().replace("LinearBn1d", "Linear").replace("Bn", "")}`,
    layer,
    weight,
    bias,
    weightQParams: quantizer.qparams as QParams,
    dtype,
    output,
    clamp: clampOf(activation)!,
    torchEngine: qconfig.requantization === "qnnpack" ? "qnnpack" : null,
  });
}

interface Parts {
  readonly layer: WeightedLayer;
  readonly activation: Module | null;
}

const trainedParts = (module: QatLayer): Parts => ({
  layer: module.layer(),
  activation: module.activation(),
});

function observedParts(module: Module): Parts {
  const [layer, activation = null] = partsOf(module);
  return { layer: layer as WeightedLayer, activation };
}

/** The range of real values that a fused activation lets through; null if it does more than to cut off. */
function clampOf(activation: Module | null): readonly [low: number, high: number] | null {
  if (activation === null) return [-Infinity, Infinity];
  if (activation.forward === ReLU.prototype.forward) return [0, Infinity];
  if (activation.forward === ReLU6.prototype.forward) return [0, 6];
  return null;
}

import type { FakeQuantize } from "@octavo/fake-quant";
import {
  ConvNd,
  ELU,
  GELU,
  Hardsigmoid,
  Hardswish,
  LeakyReLU,
  Mish,
  ReLU,
  ReLU6,
  Sigmoid,
  SiLU,
  Tanh,
} from "@octavo/nn";
import type { Module } from "@octavo/nn";
import {
  activationQuantizerOf,
  DeQuantStub,
  FloatFunctional,
  isWeightedLayer,
  partsOf,
  QatBnLayer,
  QatLayer,
  QuantStub,
} from "@octavo/qat";
import type { QConfig, WeightedLayer } from "@octavo/qat";
import { QuantizationError } from "@octavo/spec";
import type { QParams, QuantizedDType } from "@octavo/spec";
import { noGrad } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { foldedWeights } from "./folded-weights.ts";
import { activationQParams, wholeRange } from "./internal/program-value.ts";
import type { ActivationQParams } from "./internal/program-value.ts";
import { QFunctional } from "./modules/q-functional.ts";
import { DeQuantize, Quantize } from "./modules/quantize.ts";
import { QuantizedFunction } from "./modules/quantized-function.ts";
import { QuantizedLayer } from "./modules/quantized-layer.ts";
import { ViaFloat } from "./modules/via-float.ts";

type FloatModule = Module<[x: Tensor], Tensor>;

/** What becomes of one kind of prepared module. */
interface QuantizedForm {
  matches(module: Module): boolean;
  make(module: Module, path: string): Module;
}

const isAny =
  (...types: (abstract new (...args: never[]) => Module)[]) =>
  (module: Module) =>
    types.some((type) => module instanceof type);

/** A layer, alone, fused or trained; not one that pads with other values than zeros, which the kernels cannot. */
function isQuantizableLayer(module: Module): boolean {
  const layer = module instanceof QatLayer ? module.layer() : partsOf(module)[0];
  return isWeightedLayer(layer) && !(layer instanceof ConvNd && layer.paddingMode !== "zeros");
}

/** In this order; the first that matches. The last takes whatever has no integer form. */
const forms: readonly QuantizedForm[] = [
  { matches: isAny(QuantStub), make: (m, path) => new Quantize(...outputOf(m, path)) },
  { matches: isAny(FloatFunctional), make: qFunctional },
  { matches: isQuantizableLayer, make: quantizedLayer },
  {
    matches: isAny(ELU, GELU, Hardsigmoid, Hardswish, LeakyReLU, Mish, ReLU6, Sigmoid, SiLU, Tanh),
    make: (m, path) => new QuantizedFunction(m as FloatModule, ...outputOf(m, path)),
  },
  { matches: () => true, make: (m, path) => new ViaFloat(unwatched(m), ...outputOf(m, path)) },
];

/** The quantized form of a prepared module, or null if it was not prepared and stays as it is. */
export function quantizedForm(module: Module, path: string): Module | null {
  if (module instanceof DeQuantStub) return new DeQuantize();
  if (activationQuantizerOf(module) === null) return null;
  return forms.find((form) => form.matches(module))!.make(module, path);
}

/** One that only ever met numbers (addScalar) saw nothing, and needs nothing. */
function qFunctional(module: Module, path: string): Module {
  return new QFunctional(activationQuantizerOf(module)!.hasQParams ? outputOf(module, path) : null);
}

/** dtype and qparams that a module's output was trained or calibrated with. */
function outputOf(module: Module, path: string): [QuantizedDType, ActivationQParams] {
  const quantizer = activationQuantizerOf(module)!;
  requireObserved(quantizer, module, path);
  const { qparams } = quantizer;
  const output = activationQParams(qparams);
  return [qparams.dtype, qconfigOf(module)?.torchCompat ? wholeRange(qparams.dtype, output) : output];
}

function requireObserved(quantizer: FakeQuantize, module: Module, path: string): void {
  if (quantizer.hasQParams) return;
  throw new QuantizationError({
    where: `convert of ${path} (${module.typeName()})`,
    expected: "an observer that saw data",
    got: `${quantizer.observer} that saw nothing`,
    hint: "Run calibration batches (or training steps) through the prepared model before convert. Is the module used?",
  });
}

const qconfigOf = (module: Module) => (module.qconfig ?? null) as QConfig | null;

/** Conv, linear or transposed layer, alone or fused with batch norm and activation, from training or calibration. */
function quantizedLayer(module: Module, path: string): Module {
  const trained = module instanceof QatLayer;
  const [first, ...rest] = trained ? [] : partsOf(module);
  const layer = trained ? module.layer() : (first as WeightedLayer);
  const activation = trained ? module.activation() : ((rest[0] ?? null) as FloatModule | null);
  const { weight, bias } = module instanceof QatBnLayer ? foldedWeights(module) : trained ? module : layer;
  const qconfig = qconfigOf(module);
  const quantizer = trained ? module.weightFakeQuant : qconfig!.weight!.along(layer.channelAxis).create();
  // After calibration weights are seen here for the first time; after training the last forward's scales stand.
  if (!quantizer.hasQParams) noGrad(() => quantizer.observe(weight));
  const [dtype, output] = outputOf(module, path);
  return new QuantizedLayer({
    typeName: `Quantized${module.typeName().replace("ConvBn", "Conv").replace("LinearBn1d", "Linear")}`,
    layer,
    weight,
    bias,
    weightQParams: quantizer.qparams as QParams,
    dtype,
    output,
    clamp: clampOf(activation),
    torchEngine: qconfig?.requantization === "qnnpack" ? "qnnpack" : null,
  });
}

/** The range that a fused activation lets through. */
function clampOf(activation: FloatModule | null): readonly [number, number] {
  if (activation instanceof ReLU) return [0, Infinity];
  if (activation instanceof ReLU6) return [0, 6];
  return [-Infinity, Infinity];
}

/** The module without its observer, which the quantized form has taken over. */
function unwatched(module: Module): FloatModule {
  const float = module.clone();
  float.forwardHooks.clear();
  Reflect.deleteProperty(float, "activationPostProcess");
  return float as FloatModule;
}

import { disableObserver } from "@octavo/fake-quant";
import {
  BatchNorm,
  ELU,
  GELU,
  Hardsigmoid,
  Hardswish,
  LeakyReLU,
  Mish,
  PReLU,
  ReLU,
  ReLU6,
  Sigmoid,
  SiLU,
  Tanh,
} from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { activationQuantizerOf, DeQuantStub, FloatFunctional, partsOf, QuantStub } from "@octavo/qat";
import type { QConfig } from "@octavo/qat";
import type { Tensor } from "@octavo/tensor";
import { isQuantizableLayer, quantizedLayer } from "./internal/quantized-layer-of.ts";
import { observedOutput } from "./internal/observed-output.ts";
import { isTable, quantizedTable } from "./internal/quantized-table-of.ts";
import type { EmbeddingLayer } from "./internal/quantized-table-of.ts";
import { QFunctional } from "./modules/q-functional.ts";
import { DeQuantize, Quantize } from "./modules/quantize.ts";
import { QuantizedChannelFunction } from "./modules/quantized-channel-function.ts";
import { QuantizedFunction } from "./modules/quantized-function.ts";
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

/** Whether the result depends on the value and its channel alone: batch norm by running statistics, with a relu, PReLU. */
function isChannelFunction(module: Module): boolean {
  const [first, ...others] = partsOf(module);
  if (first instanceof BatchNorm) return first.runningMean !== null && others.every(isAny(ReLU));
  return others.length === 0 && first instanceof PReLU;
}

/** In this order; the first that matches. The last takes whatever has no integer form. */
const forms: readonly QuantizedForm[] = [
  { matches: isAny(QuantStub), make: (m, path) => new Quantize(...observedOutput(m, path)) },
  { matches: isAny(FloatFunctional), make: qFunctional },
  { matches: isQuantizableLayer, make: quantizedLayer },
  { matches: isTable, make: (m) => quantizedTable(m as EmbeddingLayer, m.qconfig as QConfig) },
  {
    matches: isAny(ELU, GELU, Hardsigmoid, Hardswish, LeakyReLU, Mish, ReLU6, Sigmoid, SiLU, Tanh),
    make: (m, path) => new QuantizedFunction(m as FloatModule, ...observedOutput(m, path)),
  },
  {
    matches: isChannelFunction,
    make: (m, path) => new QuantizedChannelFunction(unwatched(m), ...observedOutput(m, path)),
  },
  { matches: () => true, make: (m, path) => new ViaFloat(unwatched(m), ...observedOutput(m, path)) },
];

/** The quantized form of a prepared module, or null if it was not prepared and stays as it is. */
export function quantizedForm(module: Module, path: string): Module | null {
  if (module instanceof DeQuantStub) return new DeQuantize();
  if (activationQuantizerOf(module) === null) return null;
  return forms.find((form) => form.matches(module))!.make(module, path);
}

/** One that only ever met numbers (addScalar) saw nothing, and needs nothing. */
function qFunctional(module: Module, path: string): Module {
  const output = activationQuantizerOf(module)!.hasQParams ? observedOutput(module, path) : null;
  const { requantization } = module.qconfig as QConfig;
  return new QFunctional(output, requantization === "qnnpack" ? requantization : null);
}

/** The module without its observer, which the quantized form has taken over; its weight, if trained, is observed no more. */
function unwatched(module: Module): FloatModule {
  const float = module.clone().apply(disableObserver);
  float.forwardHooks.clear();
  Reflect.deleteProperty(float, "activationPostProcess");
  return float as FloatModule;
}

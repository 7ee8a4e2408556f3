import { fakeQuantizeWith, observeWith } from "@octavo/fake-quant";
import type { FakeQuantizeFactory } from "@octavo/fake-quant";
import { FusedModule } from "@octavo/fusion";
import {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  BatchNorm,
  ChannelShuffle,
  Dropout,
  ELU,
  Embedding,
  EmbeddingBag,
  Flatten,
  GELU,
  GroupNorm,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  Identity,
  InstanceNorm,
  isWeightedLayer,
  LayerNorm,
  LeakyReLU,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  Mish,
  PixelShuffle,
  PixelUnshuffle,
  ReLU,
  PReLU,
  ReLU6,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
  Upsample,
} from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { qschemes } from "@octavo/spec";
import {
  defaultFixedQParamsRange0To1Observer,
  defaultFixedQParamsRangeNeg1To1Observer,
} from "@octavo/observers";
import type { ObserverFactory } from "@octavo/observers";
import { FloatFunctional } from "./float-functional.ts";
import { QatLayer } from "./modules/qat-layer.ts";
import type { QConfig } from "./qconfig.ts";
import { QuantStub } from "./stubs.ts";

type ModuleClass = abstract new (...args: never[]) => Module;

/** Modules whose output has a range of its own. */
const ownRange: readonly ModuleClass[] = [
  QuantStub,
  FloatFunctional,
  QatLayer,
  FusedModule,
  BatchNorm,
  ELU,
  GELU,
  GroupNorm,
  Hardswish,
  InstanceNorm,
  LayerNorm,
  LeakyReLU,
  Mish,
  PReLU,
  ReLU6,
  SiLU,
];

/** Modules whose output range is known beforehand; torch's DEFAULT_MODULE_TO_ACT_POST_PROCESS. */
const fixedRange: readonly (readonly [ModuleClass, ObserverFactory])[] = [
  [Sigmoid, defaultFixedQParamsRange0To1Observer],
  [Hardsigmoid, defaultFixedQParamsRange0To1Observer],
  [Softmax, defaultFixedQParamsRange0To1Observer],
  [Tanh, defaultFixedQParamsRangeNeg1To1Observer],
];

/** Modules that compute on integers and keep their input's qparams. Their subclasses may do something else. */
const asInput: ReadonlySet<unknown> = new Set([
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  ChannelShuffle,
  Dropout,
  Flatten,
  Hardtanh,
  Identity,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  PixelShuffle,
  PixelUnshuffle,
  ReLU,
  Upsample,
]);

/** Whether a module's result has its input's qparams. */
export function keepsInputQParams(module: Module): boolean {
  return asInput.has(module.constructor);
}

/** Functions likewise: those of the input, or known beforehand. Ops that only move elements say themselves that they keep them. */
const functions: Readonly<Record<string, "input" | ObserverFactory>> = {
  adaptiveAvgPool1d: "input",
  adaptiveAvgPool2d: "input",
  adaptiveAvgPool3d: "input",
  amax: "input",
  avgPool1d: "input",
  avgPool2d: "input",
  avgPool3d: "input",
  clamp: "input",
  getitem: "input",
  hardtanh: "input",
  interpolate: "input",
  mean: "input",
  pad: "input",
  relu: "input",
  relu6: "input",
  hardsigmoid: defaultFixedQParamsRange0To1Observer,
  sigmoid: defaultFixedQParamsRange0To1Observer,
  tanh: defaultFixedQParamsRangeNeg1To1Observer,
};

/** Where the qparams of a function's result come from: its input, an observer that knows them, or null for neither. */
export function functionOutput(name: string): "input" | ObserverFactory | null {
  return Object.hasOwn(functions, name) ? functions[name] : null;
}

/**
 * Whether only the weight becomes integers, and the output stays float: embeddings whose rows have float zero points. Under other
 * qconfigs they stay float.
 */
export function isWeightOnly(module: Module, { weight }: QConfig): boolean {
  if (!(module instanceof Embedding || module instanceof EmbeddingBag) || !weight) return false;
  return qschemes[weight.observer.create().qscheme].floatZeroPoint;
}

/** What watches a module's output under a qconfig, or null where nothing has to. */
export function outputQuantizer(module: Module, qconfig: QConfig): FakeQuantizeFactory | null {
  const { activation } = qconfig;
  if (!activation) return null;
  if (isWeightOnly(module, qconfig)) return activation;
  const fixed = fixedRange.find(([type]) => module instanceof type);
  if (fixed) return activation.fakeQuantEnabled ? fakeQuantizeWith(fixed[1]) : observeWith(fixed[1]);
  const own = isWeightedLayer(module) || ownRange.some((type) => module instanceof type);
  return own ? activation : null;
}

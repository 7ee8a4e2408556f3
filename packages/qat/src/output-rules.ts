import { fakeQuantizeWith, observeWith } from "@octavo/fake-quant";
import type { FakeQuantizeFactory } from "@octavo/fake-quant";
import { FusedModule } from "@octavo/fusion";
import {
  BatchNorm,
  ELU,
  GELU,
  Hardsigmoid,
  Hardswish,
  isWeightedLayer,
  LeakyReLU,
  Mish,
  ReLU6,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
} from "@octavo/nn";
import type { Module } from "@octavo/nn";
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

/** Modules whose output has a range of its own. All others (pooling, relu, reshapes) keep their input's qparams. */
const ownRange: readonly ModuleClass[] = [
  QuantStub,
  FloatFunctional,
  QatLayer,
  FusedModule,
  BatchNorm,
  ELU,
  GELU,
  Hardswish,
  LeakyReLU,
  Mish,
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

/** What watches a module's output under a qconfig, or null where nothing has to. */
export function outputQuantizer(module: Module, qconfig: QConfig): FakeQuantizeFactory | null {
  const { activation } = qconfig;
  if (!activation) return null;
  const fixed = fixedRange.find(([type]) => module instanceof type);
  if (fixed) return activation.fakeQuantEnabled ? fakeQuantizeWith(fixed[1]) : observeWith(fixed[1]);
  const own = isWeightedLayer(module) || ownRange.some((type) => module instanceof type);
  return own ? activation : null;
}

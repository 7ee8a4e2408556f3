import { ConvNd, GRU, GRUCell, Linear, LSTM, LSTMCell, RNN, RNNCell } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import {
  floatQParamsWeightOnlyQConfig,
  floatQParamsWeightOnlyQConfig4Bit,
  getDefaultQConfig,
  isWeightOnly,
} from "@octavo/qat";
import type { QConfig } from "@octavo/qat";
import { dynamicWeight } from "./internal/dynamic-weight.ts";
import { isKernelOperation } from "./internal/is-kernel-operation.ts";
import { isTable, quantizedTable } from "./internal/quantized-table-of.ts";
import type { EmbeddingLayer } from "./internal/quantized-table-of.ts";
import { DynamicQuantizedCell } from "./modules/dynamic-quantized-cell.ts";
import { DynamicQuantizedLayer } from "./modules/dynamic-quantized-layer.ts";
import { DynamicQuantizedRecurrent } from "./modules/dynamic-quantized-recurrent.ts";

/** The dtypes of weights that `quantizeDynamic` makes, each with the qconfig that it has for them. */
export const dynamicQConfigs = {
  qint8: getDefaultQConfig(),
  quint8: floatQParamsWeightOnlyQConfig,
  quint4x2: floatQParamsWeightOnlyQConfig4Bit,
} as const;

export type DynamicDType = keyof typeof dynamicQConfigs;

/** What becomes of one kind of float layer. */
interface DynamicForm {
  /** Of its weights. */
  readonly dtypes: readonly DynamicDType[];
  matches(module: Module, qconfig: QConfig): boolean;
  make(module: Module, qconfig: QConfig, reduceRange: boolean): Module;
}

/** Whether a module has the forward of one of the classes: a subclass may compute something else. */
const computesAs =
  (...types: readonly { readonly prototype: Module }[]) =>
  (module: Module) =>
    types.some((type) => module.forward === type.prototype.forward);

const isPlainConv = (module: Module): module is ConvNd =>
  module instanceof ConvNd && module.paddingMode === "zeros";

/** Convolutions lose by it, so they want a qconfig that says it, as torch's default mapping leaves them out. */
const isDynamic = ({ activation }: QConfig) => activation?.observer.create().isDynamic === true;

const forms: readonly DynamicForm[] = [
  {
    dtypes: ["qint8"],
    matches: (module, qconfig) =>
      (module instanceof Linear || (isPlainConv(module) && isDynamic(qconfig))) && isKernelOperation(module),
    make: (module, qconfig, reduceRange) => {
      const layer = module as Linear | ConvNd;
      return new DynamicQuantizedLayer(layer, dynamicWeight(layer.weight, qconfig), reduceRange);
    },
  },
  {
    dtypes: ["qint8"],
    matches: computesAs(LSTM, GRU, RNN),
    make: (module, qconfig, reduceRange) =>
      new DynamicQuantizedRecurrent(module as LSTM, qconfig, reduceRange),
  },
  {
    dtypes: ["qint8"],
    matches: computesAs(LSTMCell, GRUCell, RNNCell),
    make: (module, qconfig, reduceRange) =>
      new DynamicQuantizedCell(module as LSTMCell, qconfig, reduceRange),
  },
  {
    dtypes: ["quint8", "quint4x2"],
    matches: (module, qconfig) => isTable(module) && isWeightOnly(module, qconfig),
    make: (module, qconfig) => quantizedTable(module as EmbeddingLayer, qconfig),
  },
];

/** The form of a layer under a qconfig, among those whose weights have one of the dtypes; null if there is none. */
export function dynamicForm(
  module: Module,
  qconfig: QConfig,
  dtypes: readonly DynamicDType[],
): DynamicForm | null {
  const fits = (form: DynamicForm) => form.dtypes.some((dtype) => dtypes.includes(dtype));
  return forms.find((form) => fits(form) && form.matches(module, qconfig)) ?? null;
}

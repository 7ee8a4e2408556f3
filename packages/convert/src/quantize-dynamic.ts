import { stepOn } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { propagateQConfig, replaceModules } from "@octavo/qat";
import type { QConfig } from "@octavo/qat";
import { ArgumentError, QuantizationError, withDefaults } from "@octavo/spec";
import { dynamicForm, dynamicQConfigs } from "./dynamic-forms.ts";
import type { DynamicDType } from "./dynamic-forms.ts";
import { convertedPart } from "./internal/converted-part.ts";
import { DynamicQuantizedCell } from "./modules/dynamic-quantized-cell.ts";
import { DynamicQuantizedLayer } from "./modules/dynamic-quantized-layer.ts";
import { DynamicQuantizedRecurrent } from "./modules/dynamic-quantized-recurrent.ts";
import { QuantizedLayer } from "./modules/quantized-layer.ts";
import { QuantizedTable } from "./modules/quantized-table.ts";

export interface QuantizeDynamicOptions {
  /** Change the model itself instead of a copy. Default false. */
  readonly inplace?: boolean;
  /**
   * What is quantized: `qint8` (default) the weights of linear and recurrent layers, `quint8` and `quint4x2` the tables of embeddings, to 8 or 4 bits.
   */
  readonly dtype?: DynamicDType;
  /**
   * Its weight part says how weights are observed. Default: `getDefaultQConfig()`, symmetric per channel; for embeddings
   * `floatQParamsWeightOnlyQConfig`, or that of 4 bits.
   */
  readonly qconfig?: QConfig;
  /** 7 bits for inputs, as fbgemm. Default false: Octavo's kernels are exact with 8. */
  readonly reduceRange?: boolean;
}

const defaults = { inplace: false, dtype: "qint8", qconfig: undefined, reduceRange: false } as const;

/**
 * Layers with integer weights between floats: no calibration, weights a quarter of the size, or an eighth.
 * torch.ao.quantization.quantize_dynamic.
 *
 * A `qconfig` field on a module counts for it and what is below: null keeps float, and a layer that `dtype` leaves out takes part if it
 * has one: `model.emb.qconfig = floatQParamsWeightOnlyQConfig`; a convolution with one whose activations are dynamic, as
 * `defaultDynamicQConfig`. Layers of the user's own stay.
 *
 * @returns a copy, unless `inplace`, in evaluation mode.
 * @throws QuantizationError for a model without such layers, or converted already, for weights of NaN or ±∞, and for weights that the
 *   kernels do not have: they are qint8 and symmetric, an embedding of 4 bits has an even width. @throws ArgumentError for an unknown dtype.
 */
export function quantizeDynamic<M extends Module>(model: M, options: QuantizeDynamicOptions = {}): M {
  const known = Object.keys(dynamicQConfigs) as DynamicDType[];
  const where = stepOn("quantizeDynamic", model);
  const { inplace, dtype, qconfig, reduceRange } = withDefaults(where, defaults, options);
  if (!known.includes(dtype)) {
    throw new ArgumentError({ where, expected: `dtype ${known.join(", ")}`, got: String(dtype) });
  }
  const target = (inplace ? model : model.clone()).eval();
  const fallback = qconfig ?? dynamicQConfigs[dtype];
  const qconfigs = propagateQConfig(target, fallback);
  let count = 0;
  const result = replaceModules(target, (module, path) => {
    const own = qconfigs.get(module);
    const form = own && dynamicForm(module, own, own === fallback ? [dtype] : known);
    if (!form) return null;
    count++;
    return naming(module, path, () => form.make(module, own, reduceRange));
  });
  if (count > 0) return result as M;
  throw nothingToQuantize(where, target, dtype);
}

/** Weights do not know whose they are. @throws QuantizationError of `make`, naming the module. */
function naming(module: Module, path: string, make: () => Module): Module {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof QuantizationError)) throw cause;
    const { expected, got, hint } = cause;
    const where = `quantizeDynamic of ${path ? `${path} (${module.typeName()})` : module.typeName()}`;
    throw new QuantizationError({ where, expected, got, hint, cause });
  }
}

/** What layers with integer weights are. */
const layers = [DynamicQuantizedLayer, DynamicQuantizedRecurrent, DynamicQuantizedCell, QuantizedLayer];

function nothingToQuantize(where: string, model: Module, dtype: DynamicDType): QuantizationError {
  const part = convertedPart(model, dtype === "qint8" ? layers : [QuantizedTable]);
  return new QuantizationError({
    where,
    expected: dtype === "qint8" ? "a model with linear or recurrent layers" : "a model with embeddings",
    got: part ? `one that is converted already: ${part}` : "one without",
    hint: part
      ? "Keep the float model to quantize it again."
      : "Convolutions need calibration: prepare, run some data, convert.",
  });
}

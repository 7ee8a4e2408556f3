import type { QScheme, QuantizedDType } from "@octavo/spec";
import type { GoldenValue } from "@octavo/testing";

export interface QuantizerOptions {
  dtype: QuantizedDType;
  qscheme: QScheme;
  quantMin: number;
  quantMax: number;
  reduceRange: boolean;
  eps: number;
  chAxis: number;
  averagingConstant: number;
  bins: number;
  isDynamic: boolean;
  scale: number;
  zeroPoint: number;
}

const qschemes: Record<string, QScheme> = {
  per_tensor_affine: "perTensorAffine",
  per_tensor_symmetric: "perTensorSymmetric",
  per_channel_affine: "perChannelAffine",
  per_channel_symmetric: "perChannelSymmetric",
  per_channel_affine_float_qparams: "perChannelAffineFloatQParams",
};

/** Constructor arguments as the goldens write them → ours; null and what is no argument is left out. */
export function torchOptions(args: Readonly<Record<string, GoldenValue>>): Partial<QuantizerOptions> {
  const read = <K extends keyof QuantizerOptions>(ours: K, theirs: string) =>
    args[theirs] === undefined || args[theirs] === null ? {} : { [ours]: args[theirs] };
  return {
    ...read("dtype", "dtype"),
    ...read("quantMin", "quant_min"),
    ...read("quantMax", "quant_max"),
    ...read("reduceRange", "reduce_range"),
    ...read("eps", "eps"),
    ...read("chAxis", "ch_axis"),
    ...read("averagingConstant", "averaging_constant"),
    ...read("bins", "bins"),
    ...read("isDynamic", "is_dynamic"),
    ...read("scale", "scale"),
    ...read("zeroPoint", "zero_point"),
    ...(typeof args.qscheme === "string" ? { qscheme: qschemes[args.qscheme] } : {}),
  };
}

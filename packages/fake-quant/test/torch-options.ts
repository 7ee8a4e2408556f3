import type { QScheme } from "@octavo/spec";
import type { GoldenValue } from "@octavo/testing";

const qschemes: Record<string, QScheme> = {
  per_tensor_affine: "perTensorAffine",
  per_tensor_symmetric: "perTensorSymmetric",
  per_channel_symmetric: "perChannelSymmetric",
  per_channel_affine_float_qparams: "perChannelAffineFloatQParams",
};

/** Arguments of a torch observer as the goldens write them → ours; what was not given is left out. */
export function torchOptions(args: Readonly<Record<string, GoldenValue>>): object {
  const options = {
    dtype: args.dtype,
    qscheme: qschemes[args.qscheme as string],
    quantMin: args.quant_min,
    quantMax: args.quant_max,
    reduceRange: args.reduce_range,
    chAxis: args.ch_axis,
    averagingConstant: args.averaging_constant,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

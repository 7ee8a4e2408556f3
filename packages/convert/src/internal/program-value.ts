import { QuantizationError, quantRanges } from "@octavo/spec";
import type { DType, ProgramQParams, ProgramValue, QParams, QuantizedDType } from "@octavo/spec";
import { callContext } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** Scale, zero point and range of a whole activation. */
export type ActivationQParams = ProgramQParams;

/** How a program sees a tensor. */
export function programValue(x: Tensor, name: string): ProgramValue {
  const { shape, dtype, memoryFormat } = x;
  return { name, shape, dtype, memoryFormat, ...(x.qparams && { qparams: activationQParams(x.qparams) }) };
}

/** @throws QuantizationError naming `where`, or the module that runs, for qparams per channel: no kernel has such activations. */
export function activationQParams(
  { qscheme, axis, scale, zeroPoint, quantMin, quantMax }: QParams,
  where?: string,
): ActivationQParams {
  if (axis !== null) {
    throw new QuantizationError({
      where: where ?? callContext()?.where() ?? "activation",
      expected: "one scale for the whole tensor: activations are quantized per tensor",
      got: `${scale.length} along axis ${axis} (${qscheme})`,
      hint: "Observers per channel are for weights; MinMaxObserver is per tensor.",
    });
  }
  return { scale: scale[0], zeroPoint: zeroPoint[0], quantMin, quantMax };
}

export function outputQParams(
  dtype: DType,
  { scale, zeroPoint, quantMin, quantMax }: ActivationQParams,
): QParams {
  return {
    dtype: dtype as QuantizedDType,
    qscheme: "perTensorAffine",
    scale: Float32Array.of(scale),
    zeroPoint: Int32Array.of(zeroPoint),
    axis: null,
    quantMin,
    quantMax,
  };
}

/** The same qparams over the dtype's whole range, as torch's engines clamp. */
export function wholeRange(dtype: QuantizedDType, qparams: ActivationQParams): ActivationQParams {
  const [quantMin, quantMax] = quantRanges[dtype];
  return { ...qparams, quantMin, quantMax };
}

import { axisOf } from "../internal/axis-of.ts";
import { ArgumentError, channelBlocksOf, DTypeError, entryOf, quantRanges } from "@octavo/spec";
import type { QParams, QuantizedDType } from "@octavo/spec";
import { requireFloat, requireShape } from "../internal/require.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

const quantizeOp: Op<[Tensor], { qparams: QParams }> = {
  name: "quantize",
  shape([x], { qparams }) {
    requireFloat(x, "quantize");
    return { shape: x.shape, dtype: qparams.dtype, memoryFormat: x.memoryFormat, qparams };
  },
  forward: (kernels, [x], q, { qparams: { scale, zeroPoint, axis, quantMin, quantMax } }) =>
    kernels.quantize(
      x.data,
      scale,
      zeroPoint as Int32Array,
      q.raw(),
      channelBlocksOf(x.shape, axis, x.memoryFormat),
      quantMin,
      quantMax,
    ),
};

/** Smallest and largest integer of a quantized dtype. */
const rangeOf = (dtype: QuantizedDType, where: string) =>
  entryOf(quantRanges, dtype, whereOf(where), "dtype");

function checkQParams(
  { dtype, scale, zeroPoint, axis, quantMin, quantMax }: QParams,
  x: Tensor,
  where: string,
): void {
  if (dtype === "quint4x2") {
    throw new DTypeError({
      where: whereOf(where),
      expected: "an integer in each entry: quint8, qint8 or qint32",
      got: dtype,
      hint: "Only tables of embeddings have it: quantizeDynamic makes them.",
    });
  }
  const channels = axis === null ? 1 : x.shape[axis];
  requireShape(
    scale.length === channels && zeroPoint.length === channels,
    where,
    `${channels} scales and zero points`,
    `${scale.length} and ${zeroPoint.length}`,
  );
  const bad = scale.findIndex((value) => !(value > 0 && value < Infinity));
  if (bad >= 0) {
    throw new ArgumentError({
      where: whereOf(where),
      expected: "finite scales above 0",
      got: String(scale[bad]),
    });
  }
  const [low, high] = rangeOf(dtype, where);
  const zero = zeroPoint.find((value) => !Number.isInteger(value) || value < low || value > high);
  if (zero !== undefined || !(low <= quantMin && quantMin < quantMax && quantMax <= high)) {
    throw new ArgumentError({
      where: whereOf(where),
      expected: `integers from ${low} to ${high} for ${dtype}`,
      got: zero === undefined ? `range ${quantMin}..${quantMax}` : `zeroPoint ${zero}`,
    });
  }
}

/**
 * q = clamp(rne(x · fl(1/scale)) + zeroPoint, quantMin, quantMax), with the given qparams (integer zero points).
 * @throws ArgumentError for qparams out of range, ShapeError for a number of scales that does not fit, DTypeError for quint4x2.
 */
export function quantize(x: Tensor, qparams: QParams): Tensor {
  checkQParams(qparams, x, "quantize");
  return applyOp(quantizeOp, [x], { qparams });
}

/** As torch.quantize_per_tensor: one scale and zero point, the dtype's whole range. */
export function quantizePerTensor(
  x: Tensor,
  scale: number,
  zeroPoint: number,
  dtype: QuantizedDType,
): Tensor {
  const [quantMin, quantMax] = rangeOf(dtype, "quantizePerTensor");
  return quantize(x, {
    dtype,
    qscheme: "perTensorAffine",
    scale: Float32Array.of(scale),
    zeroPoint: Int32Array.of(zeroPoint),
    axis: null,
    quantMin,
    quantMax,
  });
}

/** As torch.quantize_per_channel: one scale and zero point per index of `axis`, the dtype's whole range. */
export function quantizePerChannel(
  x: Tensor,
  scales: ArrayLike<number>,
  zeroPoints: ArrayLike<number>,
  axis: number,
  dtype: QuantizedDType,
): Tensor {
  const [quantMin, quantMax] = rangeOf(dtype, "quantizePerChannel");
  return quantize(x, {
    dtype,
    qscheme: "perChannelAffine",
    scale: Float32Array.from(scales),
    zeroPoint: Int32Array.from(zeroPoints),
    axis: axisOf(axis, x.shape, "quantizePerChannel"),
    quantMin,
    quantMax,
  });
}

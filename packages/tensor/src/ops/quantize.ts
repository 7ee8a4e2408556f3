import { axisOf } from "../internal/axis-of.ts";
import { ArgumentError, channelBlocksOf, DTypeError, entryOf, quantRanges } from "@octavo/spec";
import type { QParams, QScheme, QuantizedDType } from "@octavo/spec";
import { kindOf } from "../internal/kind-of.ts";
import { floatsOf, integersOf } from "../internal/numbers-of.ts";
import type { Numbers } from "../internal/numbers-of.ts";
import { requireTensor } from "../internal/require-tensor.ts";
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

/**
 * Scale and zero point of a tensor, or of each index of `axis`. Left out: `axis` null, the dtype's whole range. What is complete, as a
 * tensor's `qparams` are, is taken as it is; of anything else the arrays are copied.
 */
export interface GivenQParams {
  readonly dtype: QuantizedDType;
  readonly qscheme?: QScheme;
  readonly scale: Numbers;
  readonly zeroPoint: Numbers;
  readonly axis?: number | null;
  readonly quantMin?: number;
  readonly quantMax?: number;
}

/** Smallest and largest integer of a quantized dtype. */
const rangeOf = (dtype: QuantizedDType, where: string) =>
  entryOf(quantRanges, dtype, whereOf(where), "dtype");

/** All of them, as arrays that nobody else writes into; those that have it all stay the same object. */
function completeQParams(given: GivenQParams, x: Tensor, where: string): QParams {
  requireTensor(x, where);
  requireQParams(given, where);
  const [low, high] = rangeOf(given.dtype, where);
  const axis = given.axis ?? null;
  const qparams: QParams = {
    dtype: given.dtype,
    qscheme: given.qscheme ?? (axis === null ? "perTensorAffine" : "perChannelAffine"),
    scale: floatsOf(given.scale, where, "scale"),
    zeroPoint: integersOf(given.zeroPoint, where, "zeroPoint"),
    axis: axis === null ? null : axisOf(axis, x.shape, where),
    quantMin: given.quantMin ?? low,
    quantMax: given.quantMax ?? high,
  };
  checkQParams(qparams, x, where);
  const isComplete = Object.entries(qparams).every(([name, value]) => given[name as keyof QParams] === value);
  if (isComplete) return given as QParams;
  return { ...qparams, scale: qparams.scale.slice(), zeroPoint: qparams.zeroPoint.slice() };
}

function requireQParams(given: unknown, where: string): asserts given is GivenQParams {
  if (typeof given === "object" && given !== null && "scale" in given && "zeroPoint" in given) return;
  throw new ArgumentError({
    where: whereOf(where),
    expected: "qparams { dtype, scale, zeroPoint }",
    got: kindOf(given),
    hint: "quantizePerTensor(x, scale, zeroPoint, dtype) takes them one by one; observer.calculateQParams() gives them.",
  });
}

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
 * @throws ArgumentError for qparams that are none or out of range, ShapeError for a number of scales that does not fit, DTypeError for
 *   quint4x2.
 */
export function quantize(x: Tensor, qparams: GivenQParams): Tensor {
  return quantizeBy(qparams, x, "quantize");
}

function quantizeBy(given: GivenQParams, x: Tensor, where: string): Tensor {
  return applyOp(quantizeOp, [x], { qparams: completeQParams(given, x, where) });
}

/** As torch.quantize_per_tensor: one scale and zero point, numbers or tensors, the dtype's whole range. @throws as `quantize`. */
export function quantizePerTensor(
  x: Tensor,
  scale: number | Tensor,
  zeroPoint: number | Tensor,
  dtype: QuantizedDType,
): Tensor {
  return quantizeBy({ dtype, scale, zeroPoint }, x, "quantizePerTensor");
}

/** As torch.quantize_per_channel: one scale and zero point per index of `axis`, the dtype's whole range. @throws as `quantize`. */
export function quantizePerChannel(
  x: Tensor,
  scales: Exclude<Numbers, number>,
  zeroPoints: Exclude<Numbers, number>,
  axis: number,
  dtype: QuantizedDType,
): Tensor {
  return quantizeBy({ dtype, scale: scales, zeroPoint: zeroPoints, axis }, x, "quantizePerChannel");
}

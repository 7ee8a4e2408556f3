import {
  ArgumentError,
  describeGiven,
  entryOf,
  QuantizationError,
  qschemes,
  roundHalfToEven,
  warn,
  withDefaults,
} from "@octavo/spec";
import type { QParams, QScheme } from "@octavo/spec";
import { requireEps } from "./internal/require-eps.ts";
import { quantRange } from "./quant-range.ts";
import type { QuantRange, QuantRangeOptions } from "./quant-range.ts";

export interface QParamsOptions extends QuantRangeOptions {
  /** Smallest and largest value seen: numbers, or one entry per channel. */
  readonly min: number | ArrayLike<number>;
  readonly max: number | ArrayLike<number>;
  readonly qscheme: QScheme;
  /** Smallest scale; 2⁻²³ unless given. */
  readonly eps?: number;
  /** Channel axis to note in the result of a per-channel scheme; 0 unless given. */
  readonly axis?: number;
}

/** Scale and zero point of one range; every value is already rounded to float32. */
interface QParamsRule {
  scale(min: number, max: number, range: QuantRange, eps: number): number;
  /** @param middle of a symmetric scheme */
  zeroPoint(min: number, scale: number, range: QuantRange, middle: number): number;
}

/** float32's machine epsilon, torch's default smallest scale. */
export const defaultEps = 2 ** -23;

/** With what may be left out. */
type Settled = QParamsOptions & { readonly eps: number; readonly axis: number };

const defaults = {
  min: undefined,
  max: undefined,
  dtype: undefined,
  qscheme: undefined,
  quantMin: undefined,
  quantMax: undefined,
  reduceRange: false,
  eps: defaultEps,
  axis: 0,
  where: undefined,
};

const fl = Math.fround;

/**
 * The range of values → scale and zero point: the one formula of the project, in float32 throughout; equal to torch's
 * `UniformQuantizationObserverBase._calculate_qparams`. The range is stretched to contain 0 (not for
 * `perChannelAffineFloatQParams`), so that 0 is exactly representable.
 *
 * Nothing observed (min = +∞ and max = −∞, or no channels) gives scale 1, zero point 0 and a warning.
 * @throws QuantizationError for min > max, and for a range that is not finite in float32, where torch goes on;
 * `ArgumentError` for lists of different lengths, an unknown dtype or scheme, and integer ranges as `quantRange` says.
 */
export function calculateQParams(options: QParamsOptions): QParams {
  const settings = withDefaults("calculateQParams", defaults, options) as Settled;
  const { dtype, qscheme, quantMin, quantMax, reduceRange, where = "calculateQParams" } = settings;
  const { perChannel, symmetric, floatZeroPoint } = entryOf(qschemes, qscheme, where, "qscheme");
  const eps = requireEps(settings.eps, where);
  const range = quantRange({ dtype, quantMin, quantMax, reduceRange, where });
  const [min, max] = [float32List(settings.min, where), float32List(settings.max, where)];
  requireBounds(where, min, max, perChannel);

  const observed = min.length > 0 && !(min.length === 1 && !perChannel && neverObserved(min[0], max[0]));
  const scale = new Float32Array(observed ? min.length : 1).fill(1);
  const zeroPoint = new (floatZeroPoint ? Float32Array : Int32Array)(scale.length);
  if (observed) {
    const rule = floatZeroPoint ? floatQParams : symmetric ? symmetricQParams : affineQParams;
    const middle = dtype === "quint8" ? middleOf(range) : 0;
    for (let c = 0; c < scale.length; c++) {
      requireValidRange(where, min, max, c);
      scale[c] = rule.scale(min[c], max[c], range, eps);
      zeroPoint[c] = rule.zeroPoint(min[c], scale[c], range, middle);
    }
  } else {
    warn(
      `${where}: calculateQParams was called before any data came; scale 1 and zeroPoint 0 are used. Run calibration data first.`,
    );
  }
  return {
    dtype,
    qscheme,
    scale,
    zeroPoint,
    axis: perChannel ? settings.axis : null,
    quantMin: range.quantMin,
    quantMax: range.quantMax,
  };
}

const affineQParams: QParamsRule = {
  scale(min, max, { quantMin, quantMax }, eps) {
    const length = fl(Math.max(max, 0) - Math.min(min, 0));
    return Math.max(fl(length / fl(quantMax - quantMin)), eps);
  },
  zeroPoint(min, scale, { quantMin, quantMax }) {
    const zeroPoint = quantMin - roundHalfToEven(fl(Math.min(min, 0) / scale));
    return Math.min(Math.max(zeroPoint, quantMin), quantMax);
  },
};

const symmetricQParams: QParamsRule = {
  scale(min, max, { quantMin, quantMax }, eps) {
    const largest = Math.max(-min, max, 0);
    return Math.max(fl(largest / fl((quantMax - quantMin) / 2)), eps);
  },
  zeroPoint: (_min, _scale, _range, middle) => middle,
};

/** Embeddings: the raw range, and a zero point that need not be an integer. */
const floatQParams: QParamsRule = {
  scale(min, max, { quantMin, quantMax }, eps) {
    const scale = fl(fl(max - min) / fl(quantMax - quantMin));
    return scale > eps ? scale : 1;
  },
  zeroPoint: (min, scale) => fl(-min / scale),
};

/**
 * Zero point of symmetric quint8. torch: 128 for the dtype's range, `(quantMin + quantMax) >> 1` for a custom one
 * (0..127 → 63). The dtype's range halved by `reduceRange`, which torch refuses, halves the 128 too.
 */
function middleOf({ quantMin, quantMax, custom }: QuantRange): number {
  return custom ? (quantMin + quantMax) >> 1 : (quantMax + 1) / 2;
}

function float32List(bounds: number | ArrayLike<number>, where: string): Float32Array {
  if (typeof bounds === "number") return Float32Array.of(bounds);
  if (typeof bounds?.length !== "number") {
    const got = describeGiven(bounds);
    throw new ArgumentError({ where, expected: "min and max, numbers or a list of them for channels", got });
  }
  return bounds instanceof Float32Array ? bounds : Float32Array.from(bounds);
}

function neverObserved(min: number, max: number): boolean {
  return min === Infinity && max === -Infinity;
}

function requireBounds(where: string, min: Float32Array, max: Float32Array, perChannel: boolean): void {
  if (min.length !== max.length) {
    throw new ArgumentError({
      where,
      expected: "as many minima as maxima",
      got: `${min.length} and ${max.length}`,
    });
  }
  if (!perChannel && min.length > 1) {
    const hint = "Use a perChannel scheme.";
    throw new ArgumentError({
      where,
      expected: "one range for a perTensor scheme",
      got: `${min.length} ranges`,
      hint,
    });
  }
}

function requireValidRange(where: string, min: Float32Array, max: Float32Array, channel: number): void {
  const low = min[channel];
  const high = max[channel];
  // An end that is not finite makes the distance infinite or NaN.
  if (low <= high && fl(high - low) < Infinity) return;
  const got = `${low}..${high}${min.length > 1 ? ` in channel ${channel}` : ""}`;
  if (low > high) throw new QuantizationError({ where, expected: "a range with min ≤ max", got });
  const hint = "Look for NaN, infinity or overflow in the data.";
  throw new QuantizationError({ where, expected: "a range that is finite in float32", got, hint });
}

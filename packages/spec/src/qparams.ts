import type { QuantizedDType } from "./dtype.ts";
import type { QScheme } from "./qscheme.ts";

/**
 * `real = (integer − zeroPoint) · scale`. Per tensor: arrays of length 1 and `axis` null. Per channel: one entry per
 * index of `axis`. `zeroPoint` holds floats only for `perChannelAffineFloatQParams`.
 */
export interface QParams {
  readonly dtype: QuantizedDType;
  readonly qscheme: QScheme;
  readonly scale: Float32Array;
  readonly zeroPoint: Int32Array | Float32Array;
  /** Channel axis, or null when one scale serves the whole tensor. */
  readonly axis: number | null;
  /** Inclusive integer range that values are clamped to; may be narrower than the dtype's. */
  readonly quantMin: number;
  readonly quantMax: number;
}

/** One line for errors and `toString`: `quint8 (scale 0.0236, zeroPoint 0)`. */
export function describeQParams(q: QParams): string {
  const short = (x: number) => String(Number(x.toPrecision(4)));
  if (q.axis === null) return `${q.dtype} (scale ${short(q.scale[0])}, zeroPoint ${q.zeroPoint[0]})`;
  return `${q.dtype} (${q.scale.length} scales along axis ${q.axis})`;
}

import { ArgumentError, describeGiven, entryOf, quantRanges, warn, withDefaults } from "@octavo/spec";
import type { QuantizedDType } from "@octavo/spec";

export interface QuantRangeOptions {
  readonly dtype: QuantizedDType;
  /** Smallest integer, instead of the dtype's; counts only together with `quantMax`. */
  readonly quantMin?: number;
  readonly quantMax?: number;
  /** Halves the range (one bit less), as kernels that saturate need it. */
  readonly reduceRange?: boolean;
  /** What errors and warnings name. */
  readonly where?: string;
}

type Settled = QuantRangeOptions & { readonly where: string };

const defaults = {
  dtype: undefined,
  quantMin: undefined,
  quantMax: undefined,
  reduceRange: false,
  where: "quantRange",
};

/** Inclusive integers that values are clamped to. */
export interface QuantRange {
  readonly quantMin: number;
  readonly quantMax: number;
  /** Whether the caller gave the range. */
  readonly custom: boolean;
}

/**
 * The integer range of a quantizer: the dtype's or the caller's, halved by `reduceRange`; torch's `calculate_qmin_qmax`.
 * Unlike there, a custom range must lie within the dtype, and `reduceRange` also halves qint32.
 *
 * @throws ArgumentError for options that there are not, for an unknown dtype, for a reduceRange that is neither true nor false, and for
 * a range that is not made of integers, is empty, leaves the dtype or does not contain 0.
 */
export function quantRange(options: QuantRangeOptions): QuantRange {
  const settings = withDefaults("quantRange", defaults, options) as Settled;
  const { dtype, quantMin, quantMax, reduceRange, where } = settings;
  if (typeof reduceRange !== "boolean") {
    const got = describeGiven(reduceRange);
    throw new ArgumentError({ where, expected: "reduceRange true or false", got });
  }
  const whole = entryOf(quantRanges, dtype, where, "dtype");
  const custom = quantMin !== undefined && quantMax !== undefined;
  if (custom) requireRange(where, dtype, quantMin, quantMax);
  else if (quantMin !== undefined || quantMax !== undefined) {
    warn(`${where}: quantMin and quantMax count only together; the range of ${dtype} is used.`);
  }
  const [low, high] = custom ? [quantMin, quantMax] : whole;
  const halve = (bound: number) => (reduceRange ? Math.floor(bound / 2) : bound);
  return { quantMin: halve(low), quantMax: halve(high), custom };
}

function requireRange(where: string, dtype: QuantizedDType, quantMin: number, quantMax: number): void {
  const [low, high] = quantRanges[dtype];
  const got = `${quantMin}..${quantMax}`;
  const problem = (expected: string) => new ArgumentError({ where, expected, got });
  if (!Number.isInteger(quantMin) || !Number.isInteger(quantMax))
    throw problem("integers for quantMin and quantMax");
  if (quantMin >= quantMax) throw problem("quantMin less than quantMax");
  if (quantMin < low || quantMax > high) throw problem(`a range within ${low}..${high} (${dtype})`);
  if (quantMin > 0 || quantMax < 0) throw problem("a range that contains 0");
}

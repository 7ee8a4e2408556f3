import { ArgumentError, QuantizationError, dtypes, withDefaults } from "@octavo/spec";
import type { TensorLike } from "@octavo/spec";
import { addCounts, countInto, rebin } from "./internal/histogram.ts";
import type { Histogram } from "./internal/histogram.ts";
import { pythonFloat } from "./internal/python-text.ts";
import type { ReadBuffer } from "./internal/read-state.ts";
import { sameKind } from "./internal/same-kind.ts";
import { searchRange } from "./internal/search-range.ts";
import { observerFactory } from "./observer-factory.ts";
import type { ObserverFactory } from "./observer-factory.ts";
import type { Observer, ObserverState } from "./observer.ts";
import { UniformObserver, uniformDefaults } from "./uniform-observer.ts";
import type { ObservedRange, UniformObserverOptions } from "./uniform-observer.ts";

export interface HistogramObserverOptions extends UniformObserverOptions {
  /** Number of bins; 2048 unless given. */
  readonly bins?: number;
  /** Searches as torch does, which takes 2 to the bits of the dtype for the number of levels, whatever quantMin and quantMax say. */
  readonly torchCompat?: boolean;
}

const defaults = { ...uniformDefaults, bins: 2048, torchCompat: false };

/**
 * Counts all values in a histogram; qparams cover the part of the range whose quantization has the least squared error.
 * As `torch.ao.quantization.HistogramObserver` (2.x), except that the search knows the true number of levels.
 * Bins count in float32: exact up to 2²⁴ values each.
 */
export class HistogramObserver extends UniformObserver {
  static readonly className: string = "HistogramObserver";
  readonly bins: number;
  readonly torchCompat: boolean;
  #histogram: Histogram;
  readonly #batchCounts: Float32Array;

  constructor(options: HistogramObserverOptions = {}) {
    const settings = withDefaults(HistogramObserver.className, defaults, options);
    super(settings, null);
    requireHistogram(this.className, settings.bins, settings.isDynamic);
    this.bins = settings.bins;
    this.torchCompat = settings.torchCompat;
    this.#histogram = nothing(this.bins);
    this.#batchCounts = new Float32Array(this.bins);
  }

  static withArgs(
    options: HistogramObserverOptions = {},
  ): ObserverFactory<HistogramObserver, HistogramObserverOptions> {
    return observerFactory(HistogramObserver, options);
  }

  /** Smallest value seen; +∞ before any. */
  get minVal(): number {
    return this.#histogram.min;
  }

  /** Largest value seen; −∞ before any. */
  get maxVal(): number {
    return this.#histogram.max;
  }

  /** Values per bin from `minVal` to `maxVal`. The live state: copy it to keep it. */
  get histogram(): Float32Array {
    return this.#histogram.counts;
  }

  reset(): void {
    this.#histogram = nothing(this.bins);
  }

  /** Adds the other's counts, rebinned to the range of both: close to, not equal to, one histogram of both streams. */
  merge(other: Observer): void {
    const { bins, minVal, maxVal, histogram: counts } = sameKind<HistogramObserver>(this, other);
    if (bins !== this.bins) {
      throw new ArgumentError({
        where: `${this.name}: merge`,
        expected: `${this.bins} bins`,
        got: String(bins),
      });
    }
    if (minVal > maxVal) return;
    const range = this.#rangeWith(minVal, maxVal, this.name);
    this.#add(rebin({ counts, min: minVal, max: maxVal }, ...range), ...range);
  }

  override stateDict(): ObserverState {
    const { counts, min, max } = this.#histogram;
    return {
      ...super.stateDict(),
      histogram: { data: counts.slice(), shape: [this.bins] },
      min_val: { data: Float32Array.of(min), shape: [] },
      max_val: { data: Float32Array.of(max), shape: [] },
    };
  }

  protected override loadBuffers(read: ReadBuffer): void {
    const [counts, [min], [max]] = [read("histogram", this.bins), read("min_val", 1), read("max_val", 1)];
    this.#histogram = { counts, min, max };
  }

  protected override observeValues(values: Float32Array, x: TensorLike): void {
    const batch = this.batchRange(values, x);
    const range = this.#rangeWith(batch.min[0], batch.max[0], this.where);
    countInto(this.#batchCounts, values, ...range);
    this.#add(this.#batchCounts, ...range);
  }

  protected override observedRange(): ObservedRange {
    const { min, max } = this.#histogram;
    const levels = this.torchCompat ? 2 ** (8 * dtypes[this.dtype].bytes) : this.quantMax - this.quantMin + 1;
    const [low, high] =
      min > max ? [min, max] : searchRange(this.#histogram, { levels, unscaled: this.torchCompat });
    return { min: Float32Array.of(low), max: Float32Array.of(high) };
  }

  protected override extraRepr(): string {
    return `min_val=${pythonFloat(this.minVal)}, max_val=${pythonFloat(this.maxVal)}`;
  }

  /** The range of what was seen and min..max together. */
  #rangeWith(min: number, max: number, where: string): [min: number, max: number] {
    const range: [number, number] = [Math.min(min, this.minVal), Math.max(max, this.maxVal)];
    if (Number.isFinite(Math.fround((range[1] - range[0]) * this.bins))) return range;
    const expected = `a range that ${this.bins} bins can divide in float32`;
    throw new QuantizationError({ where, expected, got: range.join(".."), hint: "The batch was not taken." });
  }

  #add(more: Float32Array, min: number, max: number): void {
    const counts = this.minVal > this.maxVal ? new Float32Array(this.bins) : rebin(this.#histogram, min, max);
    addCounts(counts, more);
    this.#histogram = { counts, min, max };
  }
}

function nothing(bins: number): Histogram {
  return { counts: new Float32Array(bins), min: Infinity, max: -Infinity };
}

function requireHistogram(where: string, bins: number, isDynamic: boolean): void {
  if (!Number.isInteger(bins) || bins < 1) {
    throw new ArgumentError({ where, expected: "a positive number of bins", got: String(bins) });
  }
  if (isDynamic) {
    const hint = "A histogram needs many batches; use MinMaxObserver or PlaceholderObserver.";
    throw new ArgumentError({ where, expected: "isDynamic false", got: "true", hint });
  }
}

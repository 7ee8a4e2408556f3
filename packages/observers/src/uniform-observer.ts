import { ArgumentError, ShapeError, channelBlocksOf, normalizeAxis, qschemes } from "@octavo/spec";
import type { QParams, QScheme, QuantizedDType, TensorLike } from "@octavo/spec";
import { calculateQParams, defaultEps } from "./calculate-qparams.ts";
import { BatchRange } from "./internal/batch-range.ts";
import { float32Values } from "./internal/float32-values.ts";
import { readState } from "./internal/read-state.ts";
import type { ReadBuffer } from "./internal/read-state.ts";
import { requireEps } from "./internal/require-eps.ts";
import type { Settings } from "./internal/settings.ts";
import type { Observer, ObserverState } from "./observer.ts";
import { quantRange } from "./quant-range.ts";

/** Options that every observer of a uniform quantizer takes; the defaults are `uniformDefaults`. */
export interface UniformObserverOptions {
  readonly dtype?: QuantizedDType;
  readonly qscheme?: QScheme;
  /** Inclusive integer range instead of the dtype's; both or neither. */
  readonly quantMin?: number;
  readonly quantMax?: number;
  /** Halves the integer range: 0..127 for quint8, −64..63 for qint8. */
  readonly reduceRange?: boolean;
  /** Smallest scale. */
  readonly eps?: number;
  /** Whether qparams are to be computed from each batch at inference. */
  readonly isDynamic?: boolean;
}

/** Every option, with torch's default; undefined: the dtype's range. */
export const uniformDefaults: Settings<UniformObserverOptions> = Object.freeze({
  dtype: "quint8",
  qscheme: "perTensorAffine",
  quantMin: undefined,
  quantMax: undefined,
  reduceRange: false,
  eps: defaultEps,
  isDynamic: false,
});

/** A range per tensor (arrays of length 1) or per channel. */
export interface ObservedRange {
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/**
 * Base of observers that end in a smallest and a largest value, as torch's `UniformQuantizationObserverBase`.
 * A subclass says how a batch changes its state and which range follows from the state.
 */
export abstract class UniformObserver implements Observer {
  readonly className: string;
  name: string;
  readonly dtype: QuantizedDType;
  readonly qscheme: QScheme;
  readonly quantMin: number;
  readonly quantMax: number;
  readonly reduceRange: boolean;
  readonly isDynamic: boolean;
  #axis: number | null;
  #eps: number;
  #batches = 0;
  readonly #customRange: { readonly quantMin?: number; readonly quantMax?: number };
  readonly #batchRange = new BatchRange();

  /**
   * `axis` is the channel axis of a per-channel observer, else null; negative counts from the end.
   * @throws ArgumentError for a scheme of the other kind, an eps that is not positive, and for integer ranges as `quantRange` says.
   */
  constructor(options: UniformObserverOptions, axis: number | null) {
    const { className = new.target.name } = new.target as { className?: string };
    const { dtype, qscheme, quantMin, quantMax, reduceRange, eps, isDynamic } = {
      ...uniformDefaults,
      ...options,
    };
    requireScheme(className, qscheme, axis);
    const range = quantRange({ dtype, quantMin, quantMax, reduceRange, where: className });
    this.className = className;
    this.name = className;
    this.dtype = dtype;
    this.qscheme = qscheme;
    this.quantMin = range.quantMin;
    this.quantMax = range.quantMax;
    this.reduceRange = reduceRange;
    this.isDynamic = isDynamic;
    this.#axis = axis;
    this.#eps = requireEps(eps, className);
    this.#customRange = range.custom ? { quantMin, quantMax } : {};
  }

  /** Takes the elements of one batch: never none, and in the memory order of `x`. */
  protected abstract observeValues(values: Float32Array, x: TensorLike): void;
  /** Takes a batch of which only the range is known; absent in observers that want every element. */
  protected observeRange?(range: ObservedRange): void;
  /** The range that qparams are to cover; no entries, or +∞..−∞, if nothing was observed. */
  protected abstract observedRange(): ObservedRange;
  /** Takes over the buffers that the subclass adds to `stateDict`. */
  protected abstract loadBuffers(read: ReadBuffer): void;
  /** What `toString` shows between the brackets. */
  protected abstract extraRepr(): string;
  abstract reset(): void;
  abstract merge(other: Observer): void;

  get axis(): number | null {
    return this.#axis;
  }

  get eps(): number {
    return this.#eps;
  }

  /** What an error about the batch at hand names: `MinMaxObserver (batch 3)`. */
  protected get where(): string {
    return `${this.name} (batch ${this.#batches})`;
  }

  observe(x: TensorLike): void {
    this.#batches++;
    if (this.observeRange && x?.range) {
      this.#requireAxis(x);
      const range = x.range(this.#axis);
      if (range) return this.observeRange(range);
    }
    const values = float32Values(x, this.where);
    if (values.length > 0) this.observeValues(values, x);
  }

  calculateQParams(): QParams {
    const { dtype, qscheme, reduceRange, eps, name: where } = this;
    const axis = this.#axis ?? undefined;
    return calculateQParams({
      ...this.observedRange(),
      ...this.#customRange,
      dtype,
      qscheme,
      reduceRange,
      eps,
      axis,
      where,
    });
  }

  stateDict(): ObserverState {
    return { eps: { data: Float32Array.of(this.#eps), shape: [1] } };
  }

  loadStateDict(state: ObserverState): void {
    const read = readState(state, Object.keys(this.stateDict()), this.name);
    const eps = requireEps(read("eps", 1)[0], this.name);
    this.loadBuffers(read);
    this.#eps = eps;
  }

  toString(): string {
    return `${this.className}(${this.extraRepr()})`;
  }

  /**
   * Smallest and largest value of one batch, per channel where there is an axis; valid until the next call.
   * @throws QuantizationError for NaN and ±∞; per channel, `ShapeError` for a tensor without that axis or of rank 1.
   */
  protected batchRange(values: Float32Array, x: TensorLike): ObservedRange {
    this.#requireAxis(x);
    this.#batchRange.take(values, channelBlocksOf(x.shape, this.#axis, x.memoryFormat), this.where);
    return this.#batchRange;
  }

  #requireAxis(x: TensorLike): void {
    if (this.#axis !== null) this.#axis = requireChannelAxis(this.#axis, x.shape, this.where);
  }
}

function requireScheme(where: string, qscheme: QScheme, axis: number | null): void {
  const fitting = Object.keys(qschemes).filter(
    (name) => qschemes[name as QScheme].perChannel === (axis !== null),
  );
  if (!fitting.includes(qscheme)) {
    throw new ArgumentError({ where, expected: `qscheme ${fitting.join(" or ")}`, got: String(qscheme) });
  }
  if (axis !== null && !Number.isInteger(axis)) {
    throw new ArgumentError({ where, expected: "an integer chAxis", got: String(axis) });
  }
}

function requireChannelAxis(axis: number, shape: readonly number[], where: string): number {
  const channelAxis = normalizeAxis(axis, shape, where);
  if (shape.length >= 2) return channelAxis;
  throw new ShapeError({
    where,
    expected: "a tensor of rank 2 or more",
    got: `shape (${shape.join(", ")})`,
    hint: "Each element of a vector would get a scale of its own. Use a per-tensor observer.",
  });
}

import type { DType, QParams, QScheme, TensorLike } from "@octavo/spec";

/** An observer's buffers under torch's names (`min_val`, `max_val`, `histogram`, `eps`, …), row-major. */
export interface ObserverState {
  readonly [name: string]: TensorLike<Float32Array | Int32Array>;
}

/**
 * Watches tensors (`observe`) and turns what it saw into a scale and a zero point (`calculateQParams`).
 * `docs/add-an-observer.md` shows how to write one.
 */
export interface Observer {
  /** Class name as torch prints it; survives minification. */
  readonly className: string;
  /** What errors and warnings call this observer: its class name, until someone who knows sets the module path. */
  name: string;
  readonly dtype: DType;
  readonly qscheme: QScheme;
  /** Inclusive integer range after `reduceRange`; null where a placeholder does not fix one. */
  readonly quantMin: number | null;
  readonly quantMax: number | null;
  /** Channel axis of a per-channel observer, as given until a tensor was seen (−1 = last), then counted from the front; else null. */
  readonly axis: number | null;
  /** Whether qparams are to be computed from each batch at inference, as torch's `is_dynamic`. */
  readonly isDynamic: boolean;

  /** Takes one batch. 0 elements change nothing. @throws QuantizationError for NaN and ±∞, and leaves the state as it was. */
  observe(x: TensorLike): void;
  /** What has been seen so far, as qparams. @throws QuantizationError in observers that cannot tell. */
  calculateQParams(): QParams;
  /** Forgets everything seen. */
  reset(): void;
  stateDict(): ObserverState;
  /** @throws FormatError for missing, foreign and wrongly shaped entries. */
  loadStateDict(state: ObserverState): void;
  /** Continues as if this observer had seen the other's batches too; each class says how exact that is. */
  merge(other: Observer): void;
  /** As torch prints it: `MinMaxObserver(min_val=-1.0, max_val=1.0)`. */
  toString(): string;
}

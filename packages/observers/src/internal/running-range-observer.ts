import { ShapeError } from "@octavo/spec";
import type { TensorLike } from "@octavo/spec";
import type { Observer, ObserverState } from "../observer.ts";
import { UniformObserver } from "../uniform-observer.ts";
import type { ObservedRange, UniformObserverOptions } from "../uniform-observer.ts";
import { requireFinite } from "./batch-range.ts";
import { pythonTensor } from "./python-text.ts";
import type { ReadBuffer } from "./read-state.ts";
import { sameKind } from "./same-kind.ts";

/** `Math.min` for minima, `Math.max` for maxima. */
export type Extreme = (a: number, b: number) => number;

/**
 * Keeps one minimum and one maximum, per tensor or per channel. The first batch is copied; `next` says how a later one
 * changes them.
 */
export abstract class RunningRangeObserver extends UniformObserver {
  #range: ObservedRange;

  constructor(options: UniformObserverOptions, axis: number | null) {
    super(options, axis);
    this.#range = nothing(axis);
  }

  /** The running value after a batch whose own value is `batch`. */
  protected abstract next(running: number, batch: number, extreme: Extreme): number;

  /** Smallest value (+∞ before any), or one per channel (none before any). The live state: copy it to keep it. */
  get minVal(): Float32Array {
    return this.#range.min;
  }

  /** Largest value (−∞ before any), or one per channel (none before any). The live state: copy it to keep it. */
  get maxVal(): Float32Array {
    return this.#range.max;
  }

  reset(): void {
    this.#range = nothing(this.axis);
  }

  /**
   * Takes the smaller minima and the larger maxima of both: what one observer of both streams would have, for running
   * extremes; for moving averages an outer bound of it.
   */
  merge(other: Observer): void {
    const { minVal, maxVal } = sameKind(this as RunningRangeObserver, other);
    if (isObserved(minVal))
      this.#update({ min: minVal, max: maxVal }, this.name, (a, b, extreme) => extreme(a, b));
  }

  override stateDict(): ObserverState {
    const buffer = (values: Float32Array) => ({
      data: values.slice(),
      shape: this.axis === null ? [] : [values.length],
    });
    return { ...super.stateDict(), min_val: buffer(this.minVal), max_val: buffer(this.maxVal) };
  }

  protected override loadBuffers(read: ReadBuffer): void {
    const min = read("min_val", this.axis === null ? 1 : undefined);
    this.#range = { min, max: read("max_val", min.length) };
  }

  protected override observeValues(values: Float32Array, x: TensorLike): void {
    this.#update(this.batchRange(values, x), this.where, (a, b, extreme) => this.next(a, b, extreme));
  }

  protected override observeRange(range: ObservedRange): void {
    requireFinite(range, this.where);
    this.#update(range, this.where, (a, b, extreme) => this.next(a, b, extreme));
  }

  protected override observedRange(): ObservedRange {
    return this.#range;
  }

  protected override extraRepr(): string {
    return `min_val=${pythonTensor(this.minVal, this.axis)}, max_val=${pythonTensor(this.maxVal, this.axis)}`;
  }

  #update(batch: ObservedRange, where: string, next: typeof this.next): void {
    const { min, max } = this.#range;
    if (!isObserved(min)) {
      this.#range = { min: batch.min.slice(), max: batch.max.slice() };
      return;
    }
    if (min.length !== batch.min.length) {
      const hint = "reset() the observer before it watches another layer.";
      throw new ShapeError({
        where,
        expected: `${min.length} channels, as before`,
        got: `${batch.min.length}`,
        hint,
      });
    }
    for (let c = 0; c < min.length; c++) {
      min[c] = next(min[c], batch.min[c], Math.min);
      max[c] = next(max[c], batch.max[c], Math.max);
    }
  }
}

function nothing(axis: number | null): ObservedRange {
  const perTensor = axis === null;
  return {
    min: Float32Array.from(perTensor ? [Infinity] : []),
    max: Float32Array.from(perTensor ? [-Infinity] : []),
  };
}

function isObserved(min: Float32Array): boolean {
  return min.length > 0 && min[0] !== Infinity;
}

import type { MemoryFormat } from "./memory-format.ts";

/**
 * What observers and loaders accept: any object with elements and a shape, so tensors of other libraries fit.
 * `data` holds the elements in `memoryFormat` order (row-major when absent).
 */
export interface TensorLike<Data extends ArrayLike<number> = ArrayLike<number>> {
  readonly data: Data;
  readonly shape: readonly number[];
  readonly memoryFormat?: MemoryFormat;
  /** Of the whole, or for each index of an axis. Where it gives one, observers that only want the range leave `data` alone. */
  range?(along: number | null): KnownRange | null;
}

/** Smallest and largest element, one entry each, or one for each index of an axis; NaN or ±∞ where there is such an element. */
export interface KnownRange {
  readonly min: Float32Array;
  readonly max: Float32Array;
}

import type { MemoryFormat } from "./memory-format.ts";

/**
 * What observers and loaders accept: any object with elements and a shape, so tensors of other libraries fit.
 * `data` holds the elements in `memoryFormat` order (row-major when absent).
 */
export interface TensorLike<Data extends ArrayLike<number> = ArrayLike<number>> {
  readonly data: Data;
  readonly shape: readonly number[];
  readonly memoryFormat?: MemoryFormat;
}

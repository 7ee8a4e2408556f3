import type { StoredData, StoredDType } from "./stored-dtype.ts";

/** One tensor of a file: row-major elements, as many as the product of `shape` (1 for the shape `[]`). */
export type StoredTensor = {
  [D in StoredDType]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: StoredData<D> };
}[StoredDType];

/** A whole file: tensors by name, and the strings of its `__metadata__`. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

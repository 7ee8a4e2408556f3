import { dtypes } from "@octavo/spec";
import type { DType, TypedArray } from "@octavo/spec";

/** Other ways to write an element of a dtype in a plain array. */
const readings: Partial<Record<DType, (element: unknown) => unknown>> = {
  int64: (element) => (Number.isInteger(element) ? BigInt(element as number) : element),
  bool: (element) => (typeof element === "boolean" ? Number(element) : element),
};

/**
 * A plain array's elements in an array of the dtype; floats are rounded, nothing else changes.
 * @param refuse throws, for an element that the dtype does not have
 */
export function typedData(
  dtype: DType,
  data: readonly unknown[],
  refuse: (element: unknown) => never,
): TypedArray {
  const typed = new dtypes[dtype].array(data.length);
  const read = readings[dtype];
  for (let i = 0; i < data.length; i++) {
    const element = read ? read(data[i]) : data[i];
    if (typeof element !== typeof typed[i]) refuse(data[i]);
    typed[i] = element as never;
    if (typed[i] !== element && dtype !== "float32") refuse(data[i]);
  }
  return typed;
}

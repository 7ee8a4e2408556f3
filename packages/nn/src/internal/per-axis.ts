import type { PerAxis } from "@octavo/tensor";

/** One entry per spatial axis. */
export function perAxis(value: PerAxis, dims: number): readonly number[] {
  return typeof value === "number" ? new Array<number>(dims).fill(value) : value;
}

export const allEqual = (values: readonly number[], value: number): boolean =>
  values.every((x) => x === value);

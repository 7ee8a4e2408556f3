import { ArgumentError } from "@octavo/spec";
import type { PerAxis } from "@octavo/tensor";

/** One entry per spatial axis. @throws ArgumentError for anything else than whole numbers, one for each axis. */
export function perAxis(value: PerAxis, dims: number, where: string): readonly number[] {
  const values = typeof value === "number" ? new Array<number>(dims).fill(value) : value;
  if (Array.isArray(values) && values.length === dims && values.every(Number.isInteger)) return values;
  const got = JSON.stringify(value) ?? "none";
  throw new ArgumentError({ where, expected: `an integer, or ${dims} of them`, got });
}

export const allEqual = (values: readonly number[], value: number): boolean =>
  values.every((x) => x === value);

import { ArgumentError } from "@octavo/spec";
import type { Spatial } from "@octavo/spec";
import { whereOf } from "./where.ts";

/** One number for all spatial axes, or one per axis. */
export type PerAxis = number | readonly number[];

/** One entry per spatial axis. @throws ArgumentError for a list of another length or values below `least`. */
export function perAxis(value: PerAxis, dims: number, where: string, least: number): readonly number[] {
  const values = typeof value === "number" ? new Array<number>(dims).fill(value) : value;
  if (
    !Array.isArray(values) ||
    values.length !== dims ||
    values.some((x) => !Number.isInteger(x) || x < least)
  ) {
    throw new ArgumentError({
      where: whereOf(where),
      expected: `an integer ≥ ${least}, or ${dims} of them`,
      got: JSON.stringify(value) ?? "undefined",
    });
  }
  return values;
}

/** Values of 1 to 3 axes as (depth, height, width). */
export function spatial(values: readonly number[], missing: number): Spatial {
  return [...new Array<number>(3 - values.length).fill(missing), ...values] as unknown as Spatial;
}

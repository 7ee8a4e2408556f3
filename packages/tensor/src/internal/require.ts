import { DTypeError, ShapeError } from "@octavo/spec";
import type { Tensor } from "../tensor.ts";
import { whereOf } from "./where.ts";

/** @throws ShapeError where sizes do not fit together. */
export function requireShape(
  condition: boolean,
  where: string,
  expected: string,
  got: string,
): asserts condition {
  if (!condition) throw new ShapeError({ where: whereOf(where), expected, got });
}

/** @throws DTypeError unless the elements are float32. */
export function requireFloat(x: Tensor, where: string): void {
  if (x.dtype !== "float32") {
    throw new DTypeError({ where: whereOf(where), expected: "a float32 tensor", got: x.describe() });
  }
}

export const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

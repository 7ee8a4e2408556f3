import { DTypeError, ShapeError } from "@octavo/spec";
import type { Tensor } from "../tensor.ts";
import { whereOf } from "./where.ts";
import { requireTensor } from "./require-tensor.ts";

/** Words of an error, or what they are made of when there is one: a shape, or a function that finds them. */
type Words = string | readonly number[] | (() => string);

/** @throws ShapeError where sizes do not fit together. */
export function requireShape(
  condition: boolean,
  where: string,
  expected: Words,
  got: Words,
): asserts condition {
  if (condition) return;
  throw new ShapeError({ where: whereOf(where), expected: textOf(expected), got: textOf(got) });
}

function textOf(words: Words): string {
  if (typeof words === "string") return words;
  return typeof words === "function" ? words() : shapeText(words);
}

/** @throws DTypeError unless the elements are float32. */
export function requireFloat(x: Tensor, where: string): void {
  if (x?.dtype !== "float32") {
    requireTensor(x, where);
    throw new DTypeError({ where: whereOf(where), expected: "a float32 tensor", got: x.describe() });
  }
}

export const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

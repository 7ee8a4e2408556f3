import { normalizeAxis } from "@octavo/spec";
import type { Tensor } from "../tensor.ts";
import { requireTensor } from "./require-tensor.ts";
import { whereOf } from "./where.ts";

/** `axis` counted from the front. The name for the error is looked up only if there is one: that walks the whole model. */
export function axisOf(axis: number, shape: readonly number[], operation: string): number {
  return normalizeAxis(axis, shape, () => whereOf(operation));
}

/** The same of a tensor. @throws ArgumentError for what is none, ShapeError for an axis that it does not have. */
export function axisIn(x: Tensor, axis: number, operation: string): number {
  requireTensor(x, operation);
  return axisOf(axis, x.shape, operation);
}

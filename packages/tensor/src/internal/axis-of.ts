import { normalizeAxis } from "@octavo/spec";
import { whereOf } from "./where.ts";

/** `axis` counted from the front. The name for the error is looked up only if there is one: that walks the whole model. */
export function axisOf(axis: number, shape: readonly number[], operation: string): number {
  return normalizeAxis(axis, shape, () => whereOf(operation));
}

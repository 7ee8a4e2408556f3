import type { Node } from "@octavo/graph";
import type { Module } from "@octavo/nn";

/** What operations that compute on their input's integers may be called with, or made with; whatever is missing changes nothing. */
interface Bounds {
  readonly divisorOverride?: unknown;
  readonly min?: unknown;
  readonly minVal?: unknown;
  readonly max?: unknown;
  readonly maxVal?: unknown;
  /** Of padding. */
  readonly value?: unknown;
}

/**
 * Whether all results lie between the input's values and 0, so that the input's qparams can hold them: not sums that are divided by
 * less than a window has, nor bounds and padding beyond 0.
 */
export function staysInRange(call: Module | Node["kwargs"]): boolean {
  const { divisorOverride = null, min, minVal = min, max, maxVal = max, value = 0 } = call as Bounds;
  const [lowest, highest] = [Number(minVal ?? 0), Number(maxVal ?? 0)];
  return divisorOverride === null && lowest <= 0 && highest >= 0 && value === 0;
}

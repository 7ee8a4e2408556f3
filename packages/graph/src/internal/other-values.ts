import { Tensor } from "@octavo/tensor";
import type { TypedArray } from "@octavo/spec";

/** In largest magnitudes of the examples: more than what biases add, so that signs turn. */
const distance = 64;

/**
 * Inputs of the same shapes with other values, thrice: far up, the same far down, and zeros. What a model reads from
 * them differs in one at least: sums get both signs, magnitudes grow and vanish. Integers may be indices, so that each
 * becomes the largest or the smallest that is there; booleans stay.
 */
export function otherValues(inputs: readonly unknown[]): { inputs: unknown[]; sizes: null }[] {
  return [1, -1, 0].map((direction) => ({
    // Not as far for all inputs, whose difference would be nothing.
    inputs: inputs.map((x, i) => (x instanceof Tensor ? moved(x, direction * (i + 1)) : x)),
    sizes: null,
  }));
}

function moved(x: Tensor, direction: number): Tensor {
  if (x.dtype === "float32") return spread(x, direction * distance * largestMagnitude(x.data));
  if (x.dtype === "bool" || direction === 0) return x;
  const result = new Tensor(x);
  result.raw().fill(extreme(x.raw(), direction) as never);
  return result;
}

/** From `start` to twice that. */
function spread(x: Tensor, start: number): Tensor {
  const result = new Tensor(x);
  const { data } = result;
  for (let i = 0; i < data.length; i++) data[i] = start * (1 + i / data.length);
  return result;
}

/** Of the finite values; 1 if all are 0. */
function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest || 1;
}

/** The largest value, or the smallest if `direction` is negative. */
function extreme(values: TypedArray, direction: number): number | bigint {
  let [result] = values;
  for (const value of values) if (direction > 0 ? value > result : value < result) result = value;
  return result;
}

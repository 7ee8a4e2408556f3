import { reshape } from "../ops/reshape.ts";
import { sum } from "../ops/sum.ts";
import type { Tensor } from "../tensor.ts";
import { sameShape } from "./same-shape.ts";

/** The gradient of a broadcast: `gradient` summed over the axes along which an input of this shape was repeated. */
export function sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  const missing = gradient.rank - shape.length;
  const repeated = gradient.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < missing || (shape[axis - missing] === 1 && gradient.shape[axis] !== 1));
  const summed = repeated.length ? sum(gradient, { dim: repeated, keepdim: true }) : gradient;
  return missing ? reshape(summed, shape) : summed;
}

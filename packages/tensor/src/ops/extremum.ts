import { ReduceOp } from "@octavo/spec";
import { reduction } from "../internal/define-reduction.ts";
import type { ReduceAttributes } from "../internal/define-reduction.ts";
import { expandReduced } from "../internal/expand-reduced.ts";
import type { Saved } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { abs, neg, sign } from "./pointwise.ts";
import { addScalar } from "./scalar.ts";
import { sum } from "./sum.ts";

/** The gradient is shared evenly among equal extremes, as in torch. */
function shareAmongEqual(
  gradient: Tensor,
  { inputs: [x], output, attributes }: Saved<[Tensor], ReduceAttributes>,
) {
  const extreme = expandReduced(output, x, attributes);
  // 1 where x is the extreme, else 0
  const mask = addScalar(neg(sign(abs(sub(x, extreme)))), 1);
  const share = div(gradient, sum(mask, attributes));
  return mul(mask, expandReduced(share, x, attributes));
}

const saves = { inputs: true, output: true };

/** Largest value over all elements or the axes `dim`; equal ones share the gradient. */
export const amax = reduction("amax", ReduceOp.max, shareAmongEqual, saves);
/** Smallest value over all elements or the axes `dim`; equal ones share the gradient. */
export const amin = reduction("amin", ReduceOp.min, shareAmongEqual, saves);

import { ReduceOp } from "@octavo/spec";
import { reduction } from "../internal/define-reduction.ts";
import { expandReduced } from "../internal/expand-reduced.ts";

/** Sum over all elements, or over the axes `dim`. */
export const sum = reduction(
  "sum",
  ReduceOp.sum,
  (gradient, { inputs: [x], attributes }) => expandReduced(gradient, x, attributes),
  { inputs: false },
);

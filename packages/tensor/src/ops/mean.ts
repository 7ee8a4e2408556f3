import { ReduceOp } from "@octavo/spec";
import { reduction } from "../internal/define-reduction.ts";
import { expandReduced } from "../internal/expand-reduced.ts";
import { mulScalar } from "./scalar.ts";

/** Mean over all elements, or over the axes `dim`. */
export const mean = reduction(
  "mean",
  ReduceOp.mean,
  // d mean(x) = sum(dx) / n
  (gradient, { inputs: [x], output, attributes }) =>
    expandReduced(mulScalar(gradient, output.numel / x.numel), x, attributes),
  { inputs: false },
);

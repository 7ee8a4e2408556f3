import { normalizeAxes } from "../internal/define-reduction.ts";
import type { ReduceOptions } from "../internal/define-reduction.ts";
import { optionsOf } from "../internal/options-of.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import type { Tensor } from "../tensor.ts";
import { div, sub } from "./arithmetic.ts";
import { mean } from "./mean.ts";
import { sqrt, square } from "./pointwise.ts";
import { sum } from "./sum.ts";

export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of values in the divisor. Default 1: unbiased. */
  readonly correction?: number;
}

const settings = optionsOf<{ dim: ReduceOptions["dim"]; keepdim: boolean; correction: number }>("var", {
  dim: undefined,
  keepdim: false,
  correction: 1,
});

/** Variance over all elements or the axes `dim`, unbiased by default as torch.var. */
export function variance(x: Tensor, options?: VarianceOptions): Tensor {
  requireTensor(x, "var");
  const { dim, keepdim, correction } = settings(options);
  const axes = normalizeAxes(dim, x.shape, "var");
  const count = axes.reduce((product, axis) => product * x.shape[axis], 1);
  const centred = sub(x, mean(x, { dim: axes, keepdim: true }));
  return div(sum(square(centred), { dim: axes, keepdim }), Math.max(0, count - correction));
}

/** Standard deviation: the square root of `variance`. */
export function std(x: Tensor, options?: VarianceOptions): Tensor {
  return sqrt(variance(x, options));
}

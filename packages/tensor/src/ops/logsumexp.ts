import { reduceOptionsOf } from "../internal/define-reduction.ts";
import type { ReduceOptions } from "../internal/define-reduction.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import type { Tensor } from "../tensor.ts";
import { add, sub } from "./arithmetic.ts";
import { amax } from "./extremum.ts";
import { exp, log } from "./pointwise.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";

const settings = reduceOptionsOf("logsumexp");

/** log Σ e^x over the axes `dim`, computed without overflow. */
export function logsumexp(x: Tensor, options?: ReduceOptions): Tensor {
  requireTensor(x, "logsumexp");
  const { dim, keepdim } = settings(options);
  const largest = amax(x.detach(), { dim, keepdim: true });
  const total = log(sum(exp(sub(x, largest)), { dim, keepdim }));
  return add(total, reshape(largest, total.shape));
}

import type { ReduceOptions } from "../internal/define-reduction.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import type { Tensor } from "../tensor.ts";
import { add, sub } from "./arithmetic.ts";
import { amax } from "./extremum.ts";
import { exp, log } from "./pointwise.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";

/** log Σ e^x over the axes `dim`, computed without overflow. */
export function logsumexp(x: Tensor, options: ReduceOptions = {}): Tensor {
  requireTensor(x, "logsumexp");
  const largest = amax(x.detach(), { ...options, keepdim: true });
  const total = log(sum(exp(sub(x, largest)), options));
  return add(total, reshape(largest, total.shape));
}

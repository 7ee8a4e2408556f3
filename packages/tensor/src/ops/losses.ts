import { optionsOf } from "../internal/options-of.ts";
import { requireReduction } from "../internal/reduction.ts";
import type { Reduction } from "../internal/reduction.ts";
import { requireShape, shapeText } from "../internal/require.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import type { Tensor } from "../tensor.ts";
import { div, minimum, mul, sub } from "./arithmetic.ts";
import { clamp, softplus } from "./activations.ts";
import { mean } from "./mean.ts";
import { abs, log, square } from "./pointwise.ts";
import { sum } from "./sum.ts";

export interface LossOptions {
  readonly reduction?: Reduction;
}

/** How a loss with no other option reads them. */
const lossOptionsOf = (name: string) => optionsOf<{ reduction: Reduction }>(name, { reduction: "mean" });

const mseSettings = lossOptionsOf("mseLoss");
const l1Settings = lossOptionsOf("l1Loss");
const binarySettings = lossOptionsOf("binaryCrossEntropyWithLogits");
const huberSettings = optionsOf<{ reduction: Reduction; delta: number }>("huberLoss", {
  reduction: "mean",
  delta: 1,
});
const smoothL1Settings = optionsOf<{ reduction: Reduction; beta: number }>("smoothL1Loss", {
  reduction: "mean",
  beta: 1,
});
const klDivSettings = optionsOf<{ reduction: Reduction | "batchmean" }>("klDiv", { reduction: "mean" });

const reduce: { readonly [R in Reduction]: (x: Tensor) => Tensor } = {
  mean: (x) => mean(x),
  sum: (x) => sum(x),
  none: (x) => x,
};

function reduced(losses: Tensor, reduction: Reduction, where: string): Tensor {
  requireReduction(reduction, where);
  return reduce[reduction](losses);
}

function requireSameShape(x: Tensor, target: Tensor, where: string): void {
  requireTensor(x, where);
  requireTensor(target, where);
  requireShape(
    x.shape.join() === target.shape.join(),
    where,
    `a target of the input's shape ${shapeText(x.shape)}`,
    shapeText(target.shape),
  );
}

/** (x − target)², averaged by default. */
export function mseLoss(x: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const { reduction } = mseSettings(options);
  requireSameShape(x, target, "mseLoss");
  return reduced(square(sub(x, target)), reduction, "mseLoss");
}

/** |x − target|, averaged by default. */
export function l1Loss(x: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const { reduction } = l1Settings(options);
  requireSameShape(x, target, "l1Loss");
  return reduced(abs(sub(x, target)), reduction, "l1Loss");
}

/** d = |x − target|; d² / 2 below `delta`, delta (d − delta / 2) above (Huber 1964). */
export function huberLoss(
  x: Tensor,
  target: Tensor,
  options?: LossOptions & { readonly delta?: number },
): Tensor {
  const { reduction, delta } = huberSettings(options);
  requireSameShape(x, target, "huberLoss");
  const distance = abs(sub(x, target));
  const near = minimum(distance, delta);
  // near · (distance − near / 2) is both cases.
  return reduced(mul(near, sub(distance, mul(near, 0.5))), reduction, "huberLoss");
}

/** d = |x − target|; d² / (2 beta) below `beta`, d − beta / 2 above. */
export function smoothL1Loss(
  x: Tensor,
  target: Tensor,
  options?: LossOptions & { readonly beta?: number },
): Tensor {
  const { reduction, beta } = smoothL1Settings(options);
  if (beta === 0) return l1Loss(x, target, { reduction });
  return div(huberLoss(x, target, { reduction, delta: beta }), beta);
}

/** −(t log σ(x) + (1 − t) log(1 − σ(x))) of logits x, computed as softplus(x) − x t. */
export function binaryCrossEntropyWithLogits(x: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const { reduction } = binarySettings(options);
  requireSameShape(x, target, "binaryCrossEntropyWithLogits");
  return reduced(sub(softplus(x), mul(x, target)), reduction, "binaryCrossEntropyWithLogits");
}

/** target · (log target − x) of log-probabilities x; `batchmean` divides the sum by the batch. */
export function klDiv(
  x: Tensor,
  target: Tensor,
  options?: { readonly reduction?: Reduction | "batchmean" },
): Tensor {
  const { reduction } = klDivSettings(options);
  requireSameShape(x, target, "klDiv");
  // 0 log 0 = 0: the smallest normal float keeps the logarithm finite.
  const losses = mul(target, sub(log(clamp(target, { min: 2 ** -126 })), x));
  return reduction === "batchmean" ? div(sum(losses), x.shape[0]) : reduced(losses, reduction, "klDiv");
}

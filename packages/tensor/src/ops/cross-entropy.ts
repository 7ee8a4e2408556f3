import { classWeights } from "../internal/class-weights.ts";
import type { ClassLossOptions } from "../internal/class-weights.ts";
import { optionsOf } from "../internal/options-of.ts";
import { requireReduction } from "../internal/reduction.ts";
import { requireShape, shapeText } from "../internal/require.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import type { Tensor } from "../tensor.ts";
import { add, div, mul } from "./arithmetic.ts";
import { neg } from "./pointwise.ts";
import { reshape } from "./reshape.ts";
import { logSoftmax } from "./softmax.ts";
import { sum } from "./sum.ts";

/** Cross entropy's options; those of `nllLoss` are the same without smoothing. */
export type CrossEntropyOptions = ClassLossOptions;
export type NllLossOptions = Omit<ClassLossOptions, "labelSmoothing">;

const defaults = { weight: null, ignoreIndex: -100, reduction: "mean" } as const;
const nllSettings = optionsOf<Required<NllLossOptions>>("nllLoss", defaults);
const crossSettings = optionsOf<Required<CrossEntropyOptions>>("crossEntropy", {
  ...defaults,
  labelSmoothing: 0,
});
const targetHint = 'Class numbers are int64: tensor(classes, { dtype: "int64" }).';
const classAxis = (x: Tensor) => (x.rank === 1 ? 0 : 1);

/** @throws for options that do not fit the input's classes, or what is no tensor. */
function check(
  x: Tensor,
  target: Tensor,
  { weight, reduction }: Required<NllLossOptions>,
  where: string,
): void {
  requireTensor(x, where);
  requireTensor(target, where, targetHint);
  requireReduction(reduction, where);
  const classes = x.shape[classAxis(x)];
  requireShape(
    !weight || weight.shape.join() === String(classes),
    where,
    `a weight for each of ${classes} classes`,
    shapeText(weight?.shape ?? []),
  );
}

function weighted(logProbabilities: Tensor, weights: Tensor, { reduction }: ClassLossOptions): Tensor {
  const losses = mul(logProbabilities, weights);
  return reduction === "none" ? sum(losses, { dim: classAxis(losses) }) : sum(losses);
}

/** Of log-probabilities, and targets that are class numbers. */
function hardCrossEntropy(
  logProbabilities: Tensor,
  target: Tensor,
  options: Required<ClassLossOptions>,
  where: string,
): Tensor {
  const { weights, counted } = classWeights(logProbabilities, target, options, where);
  const losses = weighted(logProbabilities, weights, options);
  // The mean over no target is 0 / 0, as torch's; its gradient is 0.
  return options.reduction === "mean" && counted === 0 ? add(losses, NaN) : losses;
}

/**
 * −weight[t] · x[t] of log-probabilities x, (N, C, …), and integer targets t, (N, …).
 * @throws ArgumentError for a target that is no class or an unknown reduction; ShapeError
 */
export function nllLoss(x: Tensor, target: Tensor, options?: NllLossOptions): Tensor {
  const all = { ...nllSettings(options), labelSmoothing: 0 };
  check(x, target, all, "nllLoss");
  return hardCrossEntropy(x, target, all, "nllLoss");
}

/**
 * −log softmax(x)[t] of logits x, (N, C, …), and targets t: integers, (N, …), or probabilities, float32 of x's shape.
 * @throws ArgumentError for a target that is no class or an unknown reduction; ShapeError
 */
export function crossEntropy(x: Tensor, target: Tensor, options?: CrossEntropyOptions): Tensor {
  const all = crossSettings(options);
  check(x, target, all, "crossEntropy");
  const logProbabilities = logSoftmax(x, { dim: classAxis(x) });
  if (target.dtype === "float32") return softCrossEntropy(logProbabilities, target, all);
  return hardCrossEntropy(logProbabilities, target, all, "crossEntropy");
}

function softCrossEntropy(
  logProbabilities: Tensor,
  target: Tensor,
  options: Required<ClassLossOptions>,
): Tensor {
  const { shape } = logProbabilities;
  const { weight, reduction, labelSmoothing } = options;
  const axis = classAxis(logProbabilities);
  const classes = shape[axis];
  requireShape(
    target.shape.join() === shape.join(),
    "crossEntropy",
    () =>
      `probabilities of the input's shape ${shapeText(shape)}, or class numbers as int64: tensor(classes, { dtype: "int64" })`,
    () => `float32 ${shapeText(target.shape)}`,
  );
  const smooth = labelSmoothing > 0 ? add(mul(target, 1 - labelSmoothing), labelSmoothing / classes) : target;
  const perClass = shape.map((_, i) => (i === axis ? classes : 1));
  const losses = weighted(
    logProbabilities,
    neg(weight ? mul(smooth, reshape(weight, perClass)) : smooth),
    options,
  );
  return reduction === "mean" ? div(losses, logProbabilities.numel / classes) : losses;
}

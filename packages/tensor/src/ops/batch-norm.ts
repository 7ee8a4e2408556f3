import { ArgumentError } from "@octavo/spec";
import { copyOf } from "../internal/copy-of.ts";
import { gradientPlace } from "../internal/gradient-place.ts";
import { Normalized } from "../internal/normalized.ts";
import { optionsOf } from "../internal/options-of.ts";
import { PassedGradient } from "../internal/passed-gradient.ts";
import { requireFloat, requireShape, shapeText } from "../internal/require.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

export interface BatchNormOptions {
  readonly weight?: Tensor | null;
  readonly bias?: Tensor | null;
  /** Use this batch's statistics and update the running ones (default false: use the running ones). */
  readonly training?: boolean;
  /** Share of the batch in the running statistics. Default 0.1. */
  readonly momentum?: number;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

interface BatchNormAttributes {
  readonly training: boolean;
  readonly momentum: number;
  readonly eps: number;
}

type BatchNormInputs = [
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
];

const { fround } = Math;
const vector = (channels: number) => new Tensor({ shape: [channels] });
const channelsOf = (x: Tensor) => x.shape[1];
const rowsOf = (x: Tensor) => x.numel / channelsOf(x);

const batchNormOp: Op<BatchNormInputs, BatchNormAttributes> = {
  name: "batchNorm",
  layout: ([x, ...perChannel]) => [toMemoryFormat(x, "channelsLast"), ...perChannel],
  shape([x, ...perChannel], { training }) {
    requireFloat(x, "batchNorm");
    requireShape(x.rank >= 2, "batchNorm", "an input of shape [batch, channels, …]", x.shape);
    for (const values of perChannel) {
      requireShape(
        values === null || (values.rank === 1 && values.numel === channelsOf(x)),
        "batchNorm",
        `${values?.numel} channels`,
        () => `${channelsOf(x)} in ${shapeText(x.shape)}`,
      );
    }
    requireShape(
      !training || rowsOf(x) > 1,
      "batchNorm",
      "more than one value per channel in training",
      x.shape,
    );
    return { shape: x.shape, memoryFormat: x.memoryFormat };
  },
  forward(kernels, [x, weight, bias, runningMean, runningVar], y, { training, momentum, eps }) {
    const [channels, rows] = [channelsOf(x), rowsOf(x)];
    const [mean, variance] = training ? [vector(channels), vector(channels)] : [runningMean!, runningVar!];
    const extremes = training ? ([vector(channels), vector(channels)] as const) : null;
    if (extremes) {
      const [min, max] = extremes;
      kernels.channelMoments(x.data, mean.data, variance.data, min.data, max.data, rows, channels);
      update(runningMean, mean, momentum, 1);
      // The running variance is unbiased: n / (n − 1).
      update(runningVar, variance, momentum, rows / (rows - 1));
    }
    const invStd = inverseStd(variance, eps);
    const [scale, shift] = affineOf(mean, invStd, weight, bias);
    y.storage.defer(new Normalized({ x, scale, shift, extremes }));
    // Running statistics may change before backward, so it gets a copy of them.
    return [training ? mean : copyOf(mean), invStd, shift];
  },
  backward(
    kernels,
    gradient,
    { inputs: [x, weight, bias], output, attributes, extra: [mean, invStd, shift] },
  ) {
    const [channels, rows] = [channelsOf(x), rowsOf(x)];
    const passed = PassedGradient.of(gradient, output.storage.formula);
    const dx = passed ? placeOf(passed, gradient, x) : gradientPlace(gradient, x);
    const [dWeight, dBias] = [vector(channels), vector(channels)];
    kernels.batchNormGradient(
      x.data,
      (passed?.after ?? gradient).data,
      mean.data,
      invStd.data,
      weight?.data ?? null,
      passed && shift.data,
      passed && passed.through.epilogue,
      dx.data,
      dWeight.data,
      dBias.data,
      rows,
      channels,
      attributes.training ? 1 : 0,
    );
    return [dx, weight && dWeight, bias && dBias, null, null];
  },
  saves: { inputs: [true, true, false, false, false] },
};

/** Over the gradient that was passed on, if nobody else will read it; as `gradientPlace`. */
function placeOf({ after }: PassedGradient, gradient: Tensor, input: Tensor): Tensor {
  const isFree = input.node !== null && !gradient.storage.shared && !after.storage.shared;
  return isFree ? new Tensor(input, after.storage.share()) : new Tensor(input);
}

// One entry per channel is too little work for a kernel call: float32 by `fround`, in the order that it had as kernels.

/** running = (1 − momentum) · running + momentum · correction · batch, in place. */
function update(running: Tensor | null, batch: Tensor, momentum: number, correction: number): void {
  if (!running) return;
  const [kept, added] = [running.data, batch.data];
  const [keep, take] = [fround(1 - momentum), fround(momentum * correction)];
  for (let c = 0; c < kept.length; c++) kept[c] = fround(keep * kept[c]) + fround(take * added[c]);
}

/** 1 / √(variance + eps) */
function inverseStd(variance: Tensor, eps: number): Tensor {
  const result = vector(variance.numel);
  const [from, to, added] = [variance.data, result.data, fround(eps)];
  for (let c = 0; c < to.length; c++) to[c] = 1 / fround(Math.sqrt(fround(from[c] + added)));
  return result;
}

/** scale = invStd · weight, shift = bias − mean · scale: y = x · scale + shift */
function affineOf(
  mean: Tensor,
  invStd: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
): [scale: Tensor, shift: Tensor] {
  const [scale, shift] = [weight ? vector(mean.numel) : invStd, vector(mean.numel)];
  const [means, widths, scales, shifts] = [mean.data, invStd.data, scale.data, shift.data];
  const [weights, biases] = [weight?.data, bias?.data];
  for (let c = 0; c < scales.length; c++) {
    if (weights) scales[c] = widths[c] * weights[c];
    const offset = fround(means[c] * scales[c]);
    shifts[c] = biases ? biases[c] - offset : -offset;
  }
  return [scale, shift];
}

const settings = optionsOf<Required<BatchNormOptions>>("batchNorm", {
  weight: null,
  bias: null,
  training: false,
  momentum: 0.1,
  eps: 1e-5,
});

/**
 * Batch normalisation over axis 1 (Ioffe & Szegedy 2015), as torch.nn.functional.batch_norm. In training the running
 * statistics, if given, are updated in place; the running variance is unbiased.
 * @throws ShapeError if channels do not fit, or in training with one value per channel.
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options?: BatchNormOptions,
): Tensor {
  const { weight, bias, training, momentum, eps } = settings(options);
  if (!training && (!runningMean || !runningVar)) {
    throw new ArgumentError({
      where: whereOf("batchNorm"),
      expected: "running statistics, or training: true",
      got: "neither",
    });
  }
  return applyOp(batchNormOp, [x, weight, bias, runningMean, runningVar], { training, momentum, eps });
}

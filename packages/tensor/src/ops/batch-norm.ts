import { ArgumentError, BinaryOp, broadcast, UnaryOp } from "@octavo/spec";
import type { Kernels } from "@octavo/spec";
import { copyOf } from "../internal/copy-of.ts";
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

const perChannel = (channels: number) => broadcast({ sizes: [channels], aStrides: [1], bStrides: [1] });
const channelsOf = (x: Tensor) => x.shape[1];
const rowsOf = (x: Tensor) => x.numel / channelsOf(x);

const batchNormOp: Op<BatchNormInputs, BatchNormAttributes> = {
  name: "batchNorm",
  layout: ([x, ...perChannel]) => [toMemoryFormat(x, "channelsLast"), ...perChannel],
  shape([x, ...perChannel], { training }) {
    requireFloat(x, "batchNorm");
    requireShape(x.rank >= 2, "batchNorm", "an input of shape [batch, channels, …]", shapeText(x.shape));
    for (const values of perChannel) {
      requireShape(
        values === null || values.shape.join() === String(channelsOf(x)),
        "batchNorm",
        `${values?.numel} channels`,
        `${channelsOf(x)} in ${shapeText(x.shape)}`,
      );
    }
    requireShape(
      !training || rowsOf(x) > 1,
      "batchNorm",
      "more than one value per channel in training",
      shapeText(x.shape),
    );
    return { shape: x.shape, memoryFormat: x.memoryFormat };
  },
  forward(kernels, [x, weight, bias, runningMean, runningVar], y, { training, momentum, eps }) {
    const [channels, rows] = [channelsOf(x), rowsOf(x)];
    const [mean, variance] = training
      ? [new Tensor({ shape: [channels] }), new Tensor({ shape: [channels] })]
      : [runningMean!, runningVar!];
    if (training) {
      kernels.channelMoments(x.data, mean.data, variance.data, rows, channels);
      update(kernels, runningMean, mean, momentum, 1);
      // The running variance is unbiased: n / (n − 1).
      update(kernels, runningVar, variance, momentum, rows / (rows - 1));
    }
    const invStd = new Tensor({ shape: [channels] });
    kernels.unary(UnaryOp.affine, variance.data, invStd.data, 1, eps);
    kernels.unary(UnaryOp.rsqrt, invStd.data, invStd.data, 0, 0);
    normalize(kernels, x, mean, invStd, weight, bias, y);
    // Running statistics may change before backward, so it gets a copy of them.
    return [training ? mean : copyOf(mean), invStd];
  },
  backward(kernels, gradient, { inputs: [x, weight, bias], attributes, extra: [mean, invStd] }) {
    const [channels, rows] = [channelsOf(x), rowsOf(x)];
    const [dx, dWeight, dBias] = [new Tensor(x), ...[0, 1].map(() => new Tensor({ shape: [channels] }))];
    kernels.batchNormGradient(
      x.data,
      gradient.data,
      mean.data,
      invStd.data,
      weight?.data ?? null,
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

/** running = (1 − momentum) · running + momentum · correction · batch, in place. */
function update(
  kernels: Kernels,
  running: Tensor | null,
  batch: Tensor,
  momentum: number,
  correction: number,
): void {
  if (!running) return;
  kernels.unary(UnaryOp.affine, running.data, running.data, 1 - momentum, 0);
  kernels.accumulate(batch.data, running.data, momentum * correction);
}

/** y = x · (invStd · weight) + (bias − mean · invStd · weight) */
function normalize(
  kernels: Kernels,
  x: Tensor,
  mean: Tensor,
  invStd: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  y: Tensor,
): void {
  const channels = channelsOf(x);
  const [scaled, offset, shift] = [0, 1, 2].map(() => new Tensor({ shape: [channels] }));
  const scale = weight ? scaled : invStd;
  if (weight) kernels.binary(BinaryOp.mul, invStd.data, weight.data, scaled.data, perChannel(channels));
  kernels.binary(BinaryOp.mul, mean.data, scale.data, offset.data, perChannel(channels));
  if (bias) kernels.binary(BinaryOp.sub, bias.data, offset.data, shift.data, perChannel(channels));
  else kernels.unary(UnaryOp.neg, offset.data, shift.data, 0, 0);
  kernels.channelAffine(x.data, scale.data, shift.data, y.data, rowsOf(x), channels);
}

/**
 * Batch normalisation over axis 1 (Ioffe & Szegedy 2015), as torch.nn.functional.batch_norm. In training the running
 * statistics, if given, are updated in place; the running variance is unbiased.
 * @throws ShapeError if channels do not fit, or in training with one value per channel.
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 }: BatchNormOptions = {},
): Tensor {
  if (!training && (!runningMean || !runningVar)) {
    throw new ArgumentError({
      where: whereOf("batchNorm"),
      expected: "running statistics, or training: true",
      got: "neither",
    });
  }
  return applyOp(batchNormOp, [x, weight, bias, runningMean, runningVar], { training, momentum, eps });
}

import { ArgumentError, denseStrides, ShapeError, withDefaults } from "@octavo/spec";
import { Parameter } from "@octavo/nn";
import { Tensor } from "@octavo/tensor";

/** What batch norm knows about each channel. */
export interface NormStatistics {
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  /** γ; absent or null: 1. */
  readonly weight?: Tensor | null;
  /** β; absent or null: 0. */
  readonly bias?: Tensor | null;
  readonly eps: number;
}

export interface FoldedWeights {
  readonly weight: Parameter;
  readonly bias: Parameter;
}

export interface ConvFoldOptions {
  /** The weight is a transposed convolution's, (in, out / groups, …). */
  readonly transpose?: boolean;
  readonly groups?: number;
}

/**
 * Weight and bias of a convolution that does what convolution and batch norm (by its running statistics) did, rounded as
 * torch.nn.utils.fusion.fuse_conv_bn_weights does. Each step in float32: r = 1/√(var + eps) (torch's rsqrt
 * rounds the root, too), w' = w·(γ·r), b' = ((b − mean)·r)·γ + β.
 *
 * Torch scales the wrong axis of grouped transposed convolutions and fails; here each group is folded.
 * @param bias null means 0.
 * @throws ArgumentError without running statistics, ShapeError if the channels differ.
 */
export function fuseConvBnWeights(
  weight: Tensor,
  bias: Tensor | null,
  norm: NormStatistics,
  options: ConvFoldOptions = {},
): FoldedWeights {
  const { transpose, groups } = withDefaults("fuseConvBnWeights", { transpose: false, groups: 1 }, options);
  const { channels, mean, r, gamma, beta } = perChannel(norm, "fuseConvBnWeights");
  const fan = transpose ? weight.shape[1] * groups : weight.shape[0];
  requireChannels(fan, channels, "fuseConvBnWeights");
  const factor = gamma.map((g, c) => g * r[c]);
  return {
    weight: scaled(weight, factor, transpose ? transposedChannel(weight, groups) : channelOfAxis0(weight)),
    bias: perChannelParameter(channels, (c) =>
      fl(fl(fl(fl(at(bias, c) - mean[c]) * r[c]) * gamma[c]) + beta[c]),
    ),
  };
}

/**
 * As `fuseConvBnWeights` for a linear layer, rounded as torch's fuse_linear_bn_weights: w' = w·(γ·r),
 * b' = (b − mean)·(γ·r) + β.
 */
export function fuseLinearBnWeights(
  weight: Tensor,
  bias: Tensor | null,
  norm: NormStatistics,
): FoldedWeights {
  const { channels, mean, r, gamma, beta } = perChannel(norm, "fuseLinearBnWeights");
  requireChannels(weight.shape[0], channels, "fuseLinearBnWeights");
  const factor = gamma.map((g, c) => g * r[c]);
  return {
    weight: scaled(weight, factor, channelOfAxis0(weight)),
    bias: perChannelParameter(channels, (c) => fl(fl(fl(at(bias, c) - mean[c]) * factor[c]) + beta[c])),
  };
}

const fl = Math.fround;
const at = (x: Tensor | null, c: number) => x?.data[c] ?? 0;

function perChannel({ runningMean, runningVar, weight, bias, eps }: NormStatistics, where: string) {
  if (!runningMean || !runningVar) {
    throw new ArgumentError({
      where,
      expected: "a batch norm with running statistics",
      got: "one that does not track them",
      hint: "Leave it unfused, or build it with trackRunningStats: true and train it.",
    });
  }
  const channels = runningMean.numel;
  return {
    channels,
    mean: runningMean.data,
    r: Float32Array.from(runningVar.data, (variance) => 1 / fl(Math.sqrt(fl(variance + fl(eps))))),
    gamma: weight?.data.slice() ?? new Float32Array(channels).fill(1),
    beta: bias?.data ?? new Float32Array(channels),
  };
}

function requireChannels(expected: number, got: number, where: string): void {
  if (expected === got) return;
  throw new ShapeError({ where, expected: `a batch norm of ${expected} channels`, got: `${got}` });
}

/** The output channel of the element at a position in memory. */
type ChannelOf = (position: number) => number;

function channelOfAxis0({ shape, numel }: Tensor): ChannelOf {
  // Axis 0 is the outermost in every memory format.
  const inner = numel / shape[0];
  return (position) => Math.floor(position / inner);
}

function transposedChannel({ shape, numel, memoryFormat }: Tensor, groups: number): ChannelOf {
  const [inChannels, outPerGroup] = shape;
  const stride = denseStrides(shape, memoryFormat)[1];
  const inner = numel / inChannels;
  const inPerGroup = inChannels / groups;
  return (position) => {
    const group = Math.floor(Math.floor(position / inner) / inPerGroup);
    return group * outPerGroup + (Math.floor(position / stride) % outPerGroup);
  };
}

function scaled(weight: Tensor, factor: Float32Array, channelOf: ChannelOf): Parameter {
  const result = new Tensor({ shape: weight.shape, memoryFormat: weight.memoryFormat });
  for (let i = 0; i < weight.numel; i++) result.data[i] = weight.data[i] * factor[channelOf(i)];
  return new Parameter(result, weight.requiresGrad);
}

function perChannelParameter(channels: number, value: (c: number) => number): Parameter {
  const result = new Tensor({ shape: [channels] });
  for (let c = 0; c < channels; c++) result.data[c] = value(c);
  return new Parameter(result);
}

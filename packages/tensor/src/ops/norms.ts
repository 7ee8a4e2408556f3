import { optionsOf } from "../internal/options-of.ts";
import { noGrad } from "../autograd.ts";
import { requireShape, shapeText } from "../internal/require.ts";
import { requireList } from "../internal/require-list.ts";
import { requireUnquantized } from "../internal/refuse-quantized.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { batchNorm } from "./batch-norm.ts";
import { mean } from "./mean.ts";
import { reshape } from "./reshape.ts";
import { rowNorm } from "./row-norm.ts";
import { variance } from "./variance.ts";

interface Affine {
  readonly weight?: Tensor | null;
  readonly bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

const affineDefaults = { weight: null, bias: null, eps: 1e-5 };
const layerSettings = optionsOf<Required<Affine>>("layerNorm", affineDefaults);
const groupSettings = optionsOf<Required<Affine>>("groupNorm", affineDefaults);

/**
 * Over the last axes, which `normalizedShape` names (Ba et al., "Layer Normalization", 2016); weight and bias have that
 * shape. torch.nn.functional.layer_norm. @throws ShapeError if x does not end with it.
 */
export function layerNorm(x: Tensor, normalizedShape: readonly number[], options?: Affine): Tensor {
  requireTensor(x, "layerNorm");
  requireUnquantized("layerNorm", [x]);
  requireList(normalizedShape, "layerNorm");
  const { weight, bias, eps } = layerSettings(options);
  const kept = x.rank - normalizedShape.length;
  const ends = x.shape.slice(Math.max(kept, 0)).join() === normalizedShape.join();
  requireShape(
    kept >= 0 && ends && normalizedShape.length > 0,
    "layerNorm",
    () => `an input that ends with ${shapeText(normalizedShape)}`,
    x.shape,
  );
  if (normalizedShape.length === 1) return rowNorm(x, { weight, bias, eps });
  const flat = (value: Tensor | null) => value && reshape(value, [-1]);
  const rows = reshape(x, [...x.shape.slice(0, kept), -1]);
  return reshape(rowNorm(rows, { weight: flat(weight), bias: flat(bias), eps }), x.shape);
}

/**
 * Over the channels of each group and all pixels of (N, C, …) (Wu & He, "Group Normalization", 2018); weight and bias per
 * channel. torch.nn.functional.group_norm. @throws ShapeError if the groups do not divide the channels.
 */
export function groupNorm(x: Tensor, groups: number, options?: Affine): Tensor {
  requireTensor(x, "groupNorm");
  requireUnquantized("groupNorm", [x]);
  const { weight, bias, eps } = groupSettings(options);
  requireShape(
    x.rank >= 2 && Number.isInteger(x.shape[1] / groups),
    "groupNorm",
    `an input of shape [batch, channels, …], channels in multiples of ${groups}`,
    x.shape,
  );
  const rows = rowNorm(reshape(x, [-1, groups, x.numel / (x.shape[0] * groups)]), { eps });
  return affine(reshape(rows, x.shape), perChannel(weight, x.rank), perChannel(bias, x.rank));
}

export interface InstanceNormOptions extends Affine {
  /** Normalise each instance by its own statistics (default), or by the running ones, as batch norm does. */
  readonly useInputStats?: boolean;
  /** Share of the batch in the running statistics. Default 0.1. */
  readonly momentum?: number;
}

const instanceSettings = optionsOf<Required<InstanceNormOptions>>("instanceNorm", {
  ...affineDefaults,
  useInputStats: true,
  momentum: 0.1,
});

/**
 * Over all pixels of each channel of each instance of (N, C, …) (Ulyanov et al. 2016). Running statistics, if given with
 * `useInputStats`, are updated in place with the batch's means. torch.nn.functional.instance_norm.
 * @throws ShapeError for instances of one pixel that are to be normalised by their own statistics
 */
export function instanceNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options?: InstanceNormOptions,
): Tensor {
  const { weight, bias, useInputStats, momentum, eps } = instanceSettings(options);
  if (!useInputStats) return batchNorm(x, runningMean, runningVar, { weight, bias, eps });
  requireTensor(x, "instanceNorm");
  requireUnquantized("instanceNorm", [x]);
  requireShape(x.rank >= 3, "instanceNorm", "an input of shape [batch, channels, pixels …]", x.shape);
  const [batch, channels, ...pixels] = x.shape;
  // Less its mean it would be 0, whatever it was.
  requireShape(
    pixels.some((size) => size !== 1),
    "instanceNorm",
    "more than one value per channel of each instance, unless in eval mode with running statistics",
    x.shape,
  );
  const rows = reshape(x, [batch, channels, -1]);
  if (runningMean && runningVar) {
    update(runningMean, mean(mean(rows.detach(), { dim: 2 }), { dim: 0 }), momentum);
    update(runningVar, mean(variance(rows.detach(), { dim: 2 }), { dim: 0 }), momentum);
  }
  const y = reshape(rowNorm(rows, { eps }), x.shape);
  return affine(y, perChannel(weight, x.rank), perChannel(bias, x.rank));
}

/** running = (1 − momentum) · running + momentum · batch, in place. */
function update(running: Tensor, batch: Tensor, momentum: number): void {
  noGrad(() => running.data.set(add(mul(running, 1 - momentum), mul(batch, momentum)).data));
}

function affine(y: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const scaled = weight ? mul(y, weight) : y;
  return bias ? add(scaled, bias) : scaled;
}

/** (C) → (C, 1, …), which broadcasts over (N, C, …). */
function perChannel(value: Tensor | null, rank: number): Tensor | null {
  return value && reshape(value, [value.numel, ...new Array<number>(rank - 2).fill(1)]);
}

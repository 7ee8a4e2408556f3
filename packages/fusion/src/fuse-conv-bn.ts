import { ConvTransposeNd, Linear } from "@octavo/nn";
import type { BatchNorm, BatchNorm1d, ConvNd } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";
import { fuseConvBnWeights, fuseLinearBnWeights } from "./fuse-weights.ts";
import type { FoldedWeights, NormStatistics } from "./fuse-weights.ts";
import { requireFoldable } from "./internal/requirements.ts";

/**
 * A copy of a convolution (or transposed one) that does what it and the batch norm after it did, as
 * torch.nn.utils.fusion.fuse_conv_bn_eval. Both must be in eval mode.
 * @throws QuantizationError in training, ArgumentError without running statistics, ShapeError if channels differ.
 */
export function fuseConvBn<C extends ConvNd | ConvTransposeNd>(conv: C, bn: BatchNorm): C {
  return folded(conv, bn);
}

/** As `fuseConvBn` for a linear layer, as torch.nn.utils.fusion.fuse_linear_bn_eval. */
export function fuseLinearBn(linear: Linear, bn: BatchNorm1d): Linear {
  return folded(linear, bn);
}

/** The layers whose weights can be folded; QAT modules hold one. */
export interface FoldableLayer {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly groups?: number;
}

/** Weight and bias of a layer with the batch norm after it folded in, by the rule of its kind. */
export function fuseWeights(layer: FoldableLayer, bn: NormStatistics): FoldedWeights {
  const { weight, bias, groups = 1 } = layer;
  if (layer instanceof Linear) return fuseLinearBnWeights(weight, bias, bn);
  return fuseConvBnWeights(weight, bias, bn, { transpose: layer instanceof ConvTransposeNd, groups });
}

function folded<L extends ConvNd | ConvTransposeNd | Linear>(layer: L, bn: BatchNorm): L {
  requireFoldable(layer, bn);
  const { weight, bias } = fuseWeights(layer, bn);
  const copy = layer.clone() as L;
  copy.weight = weight;
  copy.bias = bias;
  return copy;
}

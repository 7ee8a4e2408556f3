import { ShapeError, withDefaults } from "@octavo/spec";
import { callContext, full, groupNorm, instanceNorm, layerNorm, requireTensor, zeros } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { pythonFloat, pythonValue } from "../internal/python-text.ts";
import { requireSize } from "../internal/require-size.ts";
import { requireCounts } from "../internal/require-counts.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

export interface NormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Learn a weight and a bias. Default true. */
  readonly affine?: boolean;
}

/** Over the last axes, of sizes `normalizedShape`. torch.nn.LayerNorm. */
export class LayerNorm extends Module<[x: Tensor], Tensor> {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(
    normalizedShape: number | readonly number[],
    options: NormOptions & { readonly bias?: boolean } = {},
  ) {
    super();
    const defaults = { eps: 1e-5, affine: true, bias: true };
    const { eps, affine, bias } = withDefaults("LayerNorm", defaults, options);
    requireSize(normalizedShape, "LayerNorm", "normalizedShape");
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
    this.eps = eps;
    this.elementwiseAffine = affine;
    this.weight = affine ? new Parameter(full(this.normalizedShape, 1)) : null;
    this.bias = affine && bias ? new Parameter(zeros(this.normalizedShape)) : null;
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return layerNorm(x, this.normalizedShape, { weight, bias, eps });
  }

  override extraRepr(): string {
    const affine = pythonValue(this.elementwiseAffine);
    return `${pythonValue(this.normalizedShape)}, eps=${pythonFloat(this.eps)}, elementwise_affine=${affine}`;
  }
}

/** Over the channels of each group and all pixels of (N, C, …). torch.nn.GroupNorm. */
export class GroupNorm extends Module<[x: Tensor], Tensor> {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(numGroups: number, numChannels: number, options: NormOptions = {}) {
    super();
    requireCounts("GroupNorm", { numGroups, numChannels });
    const { eps, affine } = withDefaults("GroupNorm", { eps: 1e-5, affine: true }, options);
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.affine = affine;
    this.weight = affine ? new Parameter(full([numChannels], 1)) : null;
    this.bias = affine ? new Parameter(zeros([numChannels])) : null;
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return groupNorm(x, this.numGroups, { weight, bias, eps });
  }

  override extraRepr(): string {
    const affine = pythonValue(this.affine);
    return `${this.numGroups}, ${this.numChannels}, eps=${pythonFloat(this.eps)}, affine=${affine}`;
  }
}

export interface InstanceNormOptions extends NormOptions {
  /** Share of each batch in the running statistics. Default 0.1. */
  readonly momentum?: number;
  /** Keep statistics for eval mode. Default false: every instance uses its own. */
  readonly trackRunningStats?: boolean;
}

/** Over all pixels of each channel of each instance. */
export abstract class InstanceNorm extends Module<[x: Tensor], Tensor> {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  weight: Parameter | null;
  bias: Parameter | null;
  declare runningMean: Tensor | null;
  /** Unbiased. */
  declare runningVar: Tensor | null;
  /** int64 */
  declare numBatchesTracked: Tensor | null;

  /** Unlike batch norm, `affine` and `trackRunningStats` are false unless given. */
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super();
    requireCounts(this.typeName(), { numFeatures });
    const defaults = { eps: 1e-5, momentum: 0.1, affine: false, trackRunningStats: false };
    const settings = withDefaults(this.typeName(), defaults, options);
    const { eps, momentum, affine, trackRunningStats } = settings;
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    this.weight = affine ? new Parameter(full([numFeatures], 1)) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures])) : null;
    const track = (value: Tensor) => (trackRunningStats ? value : null);
    this.registerBuffer("runningMean", track(zeros([numFeatures])));
    this.registerBuffer("runningVar", track(full([numFeatures], 1)));
    this.registerBuffer("numBatchesTracked", track(full([], 0, { dtype: "int64" })));
  }

  /** Of the input. */
  protected abstract readonly rank: number;

  override forward(x: Tensor): Tensor {
    requireTensor(x, this.typeName());
    if (x.rank !== this.rank) {
      throw new ShapeError({
        where: callContext()?.where() ?? this.typeName(),
        expected: `an input of rank ${this.rank}, [batch, ${this.numFeatures} channels, …]`,
        got: `[${x.shape.join(", ")}]`,
      });
    }
    const { weight, bias, eps, momentum, runningMean, runningVar } = this;
    const useInputStats = this.training || !runningMean;
    return instanceNorm(x, runningMean, runningVar, { weight, bias, eps, momentum, useInputStats });
  }

  override extraRepr(): string {
    return [
      this.numFeatures,
      `eps=${pythonFloat(this.eps)}`,
      `momentum=${pythonFloat(this.momentum)}`,
      `affine=${pythonValue(this.affine)}`,
      `track_running_stats=${pythonValue(this.trackRunningStats)}`,
    ].join(", ");
  }
}

/** (N, C, L) */
export class InstanceNorm1d extends InstanceNorm {
  protected get rank(): number {
    return 3;
  }
}

/** (N, C, H, W) */
export class InstanceNorm2d extends InstanceNorm {
  protected get rank(): number {
    return 4;
  }
}

/** (N, C, D, H, W) */
export class InstanceNorm3d extends InstanceNorm {
  protected get rank(): number {
    return 5;
  }
}

import { ShapeError, withDefaults } from "@octavo/spec";
import { batchNorm, callContext, full, requireTensor, zeros } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { pythonFloat, pythonValue } from "../internal/python-text.ts";
import { requireCounts } from "../internal/require-counts.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Share of each batch in the running statistics (default 0.1); null takes the plain mean over all batches. */
  readonly momentum?: number | null;
  /** Learn a weight and a bias per channel. Default true. */
  readonly affine?: boolean;
  /** Learn the bias too. Default true. */
  readonly bias?: boolean;
  /** Keep statistics for eval mode (default true); else every batch uses its own. */
  readonly trackRunningStats?: boolean;
}

/** Batch normalisation over axis 1 (Ioffe & Szegedy 2015): statistics of the batch while training, else the running ones. */
export abstract class BatchNorm extends Module<[x: Tensor], Tensor> {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  weight: Parameter | null;
  bias: Parameter | null;
  declare runningMean: Tensor | null;
  /** Unbiased. */
  declare runningVar: Tensor | null;
  /** int64 */
  declare numBatchesTracked: Tensor | null;

  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super();
    requireCounts(this.typeName(), { numFeatures });
    const defaults = { eps: 1e-5, momentum: 0.1, affine: true, bias: true, trackRunningStats: true };
    const settings = withDefaults(this.typeName(), defaults, options);
    const { eps, momentum, affine, bias, trackRunningStats } = settings;
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    this.weight = affine ? new Parameter(full([numFeatures], 1)) : null;
    this.bias = affine && bias ? new Parameter(zeros([numFeatures])) : null;
    const track = (value: Tensor) => (trackRunningStats ? value : null);
    this.registerBuffer("runningMean", track(zeros([numFeatures])));
    this.registerBuffer("runningVar", track(full([numFeatures], 1)));
    this.registerBuffer("numBatchesTracked", track(full([], 0, { dtype: "int64" })));
  }

  /** Ranks of input that the class takes. */
  protected abstract readonly ranks: readonly number[];

  override forward(x: Tensor): Tensor {
    this.requireRank(x);
    const { weight, bias, runningMean, runningVar, eps } = this;
    return batchNorm(x, runningMean, runningVar, {
      weight,
      bias,
      eps,
      training: this.training || !runningMean,
      momentum: this.nextMomentum(),
    });
  }

  /** Counts the batch; without a momentum, the running statistics are the mean over all batches. */
  private nextMomentum(): number {
    if (!this.training || !this.numBatchesTracked) return this.momentum ?? 0;
    const count = this.numBatchesTracked.raw<BigInt64Array>();
    count[0] += 1n;
    return this.momentum ?? 1 / Number(count[0]);
  }

  private requireRank(x: Tensor): void {
    requireTensor(x, this.typeName());
    const { rank, shape } = x;
    if (this.ranks.includes(rank)) return;
    throw new ShapeError({
      where: callContext()?.where() ?? this.typeName(),
      expected: `an input of rank ${this.ranks.join(" or ")}, [batch, ${this.numFeatures} channels, …]`,
      got: `[${shape.join(", ")}]`,
    });
  }

  /** Forgets the running statistics. */
  resetRunningStats(): void {
    this.runningMean?.data.fill(0);
    this.runningVar?.data.fill(1);
    this.numBatchesTracked?.raw<BigInt64Array>().fill(0n);
  }

  override extraRepr(): string {
    const momentum = this.momentum === null ? "None" : pythonFloat(this.momentum);
    return [
      this.numFeatures,
      `eps=${pythonFloat(this.eps)}`,
      `momentum=${momentum}`,
      `affine=${pythonValue(this.affine)}`,
      `bias=${pythonValue(this.bias !== null)}`,
      `track_running_stats=${pythonValue(this.trackRunningStats)}`,
    ].join(", ");
  }
}

/** (N, C) or (N, C, L) */
export class BatchNorm1d extends BatchNorm {
  protected get ranks(): readonly number[] {
    return [2, 3];
  }
}

/** (N, C, H, W) */
export class BatchNorm2d extends BatchNorm {
  protected get ranks(): readonly number[] {
    return [4];
  }
}

/** (N, C, D, H, W) */
export class BatchNorm3d extends BatchNorm {
  protected get ranks(): readonly number[] {
    return [5];
  }
}

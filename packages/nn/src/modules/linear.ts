import { withDefaults } from "@octavo/spec";
import { linear } from "@octavo/tensor";
import type { Generator, Tensor } from "@octavo/tensor";
import { pythonValue } from "../internal/python-text.ts";
import { resetLayer } from "../internal/reset-layer.ts";
import { requireCounts } from "../internal/require-counts.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import type { WeightedLayer } from "../weighted-layer.ts";

export interface LinearOptions {
  /** Default true. */
  readonly bias?: boolean;
  readonly generator?: Generator;
}

/** y = x · weightᵀ + bias; (…, inFeatures) → (…, outFeatures). */
export class Linear extends Module<[x: Tensor], Tensor> implements WeightedLayer {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** (outFeatures, inFeatures) */
  weight: Parameter;
  bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    requireCounts(this.typeName(), { inFeatures, outFeatures });
    const { bias, generator } = withDefaults(this.typeName(), { bias: true, generator: undefined }, options);
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter({ shape: [outFeatures, inFeatures] });
    this.bias = bias ? new Parameter({ shape: [outFeatures] }) : null;
    resetLayer(this.weight, this.bias, { generator });
  }

  get channelAxis(): number {
    return 0;
  }

  channelFactor(value: Tensor): Tensor {
    return value.reshape([this.outFeatures, 1]);
  }

  weightedForward(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
    return linear(x, weight, bias);
  }

  override forward(x: Tensor): Tensor {
    return this.weightedForward(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    const bias = pythonValue(this.bias !== null);
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${bias}`;
  }
}

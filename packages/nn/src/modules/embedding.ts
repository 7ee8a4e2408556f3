import { withDefaults } from "@octavo/spec";
import { embedding } from "@octavo/tensor";
import type { Generator, Tensor } from "@octavo/tensor";
import { normal_ } from "../init.ts";
import { requireCounts } from "../internal/require-counts.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

export interface EmbeddingOptions {
  /** A row that starts at zero and gets no gradient. */
  readonly paddingIdx?: number | null;
  readonly generator?: Generator;
}

/** A table of vectors, chosen by integers: indices (…) → (…, embeddingDim). */
export class Embedding extends Module<[indices: Tensor], Tensor> {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  /** (numEmbeddings, embeddingDim) */
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    requireCounts("Embedding", { numEmbeddings, embeddingDim });
    const defaults = { paddingIdx: null, generator: undefined };
    const { paddingIdx, generator } = withDefaults("Embedding", defaults, options);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    this.weight = new Parameter({ shape: [numEmbeddings, embeddingDim] });
    normal_(this.weight, 0, 1, { generator });
    const padded = this.paddingIdx;
    if (padded !== null) this.weight.data.fill(0, padded * embeddingDim, (padded + 1) * embeddingDim);
  }

  override forward(indices: Tensor): Tensor {
    return embedding(indices, this.weight, { paddingIdx: this.paddingIdx });
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, padding_idx=${this.paddingIdx}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}`;
  }
}

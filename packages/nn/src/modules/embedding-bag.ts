import { withDefaults } from "@octavo/spec";
import { embeddingBag } from "@octavo/tensor";
import type { EmbeddingBagOptions, Generator, Tensor } from "@octavo/tensor";
import { normal_ } from "../init.ts";
import { requireCounts } from "../internal/require-counts.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

export interface EmbeddingBagModuleOptions {
  /** How the rows of a bag become one. Default "mean". */
  readonly mode?: EmbeddingBagOptions["mode"];
  /** The last offset is the end of the last bag. Default false. */
  readonly includeLastOffset?: boolean;
  readonly generator?: Generator;
}

/**
 * Sums, means or maxima of bags of vectors, as torch.nn.EmbeddingBag: `bag(indices, offsets)` of one-dimensional indices, or
 * `bag(indices)` where each row is a bag; → (bags, embeddingDim).
 */
export class EmbeddingBag extends Module<
  [indices: Tensor, offsets?: Tensor | null, perSampleWeights?: Tensor | null],
  Tensor
> {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly mode: NonNullable<EmbeddingBagOptions["mode"]>;
  readonly includeLastOffset: boolean;
  /** (numEmbeddings, embeddingDim) */
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingBagModuleOptions = {}) {
    super();
    requireCounts("EmbeddingBag", { numEmbeddings, embeddingDim });
    const defaults = { mode: "mean", includeLastOffset: false, generator: undefined } as const;
    const { mode, includeLastOffset, generator } = withDefaults("EmbeddingBag", defaults, options);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.mode = mode;
    this.includeLastOffset = includeLastOffset;
    this.weight = new Parameter({ shape: [numEmbeddings, embeddingDim] });
    normal_(this.weight, 0, 1, { generator });
  }

  override forward(
    indices: Tensor,
    offsets: Tensor | null = null,
    perSampleWeights: Tensor | null = null,
  ): Tensor {
    const { mode, includeLastOffset } = this;
    return embeddingBag(indices, this.weight, { mode, offsets, includeLastOffset, perSampleWeights });
  }

  override extraRepr(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}, mode='${this.mode}'`;
  }
}

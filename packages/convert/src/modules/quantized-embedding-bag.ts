import type { EmbeddingBag } from "@octavo/nn";
import { ArgumentError } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { callContext, embeddingBag, Tensor } from "@octavo/tensor";
import { QuantizedTable } from "./quantized-table.ts";

/** What becomes of (bags, samples, embeddingDim). */
const reductions: Readonly<Record<EmbeddingBag["mode"], (rows: Tensor) => Tensor>> = {
  sum: (rows) => rows.sum({ dim: 1 }),
  mean: (rows) => rows.mean({ dim: 1 }),
  max: (rows) => rows.amax({ dim: 1 }),
};

/**
 * Bags of rows of a table with 8- or 4-bit weights, added in float; called as the float module. A lowered program takes
 * two-dimensional indices, whose rows are the bags. torch.ao.nn.quantized.EmbeddingBag, which gives the sum whatever the mode.
 */
export class QuantizedEmbeddingBag extends QuantizedTable<Parameters<EmbeddingBag["forward"]>> {
  readonly mode: EmbeddingBag["mode"];
  readonly includeLastOffset: boolean;

  constructor(bag: EmbeddingBag, qparams: QParams) {
    super(bag, qparams);
    this.mode = bag.mode;
    this.includeLastOffset = bag.includeLastOffset;
  }

  /** @throws ArgumentError, ShapeError and DTypeError as the float module and `QuantizedEmbedding`. */
  override forward(
    indices: Tensor,
    offsets: Tensor | null = null,
    perSampleWeights: Tensor | null = null,
  ): Tensor {
    const { mode, includeLastOffset } = this;
    const rows = this.rows(indices);
    if (offsets || indices.rank !== 2) {
      const each = new Tensor({ shape: indices.shape, dtype: "int32" });
      each.raw<Int32Array>().forEach((_, i, all) => (all[i] = i));
      return embeddingBag(each, rows, { mode, offsets, includeLastOffset, perSampleWeights });
    }
    if (!perSampleWeights) return reductions[mode](rows);
    if (mode === "sum") return reductions.sum(rows.mul(perSampleWeights.unsqueeze(2)));
    throw new ArgumentError({
      where: callContext()?.where() ?? this.typeName(),
      expected: "mode sum with perSampleWeights",
      got: mode,
    });
  }
}

import type { Tensor } from "@octavo/tensor";
import { QuantizedTable } from "./quantized-table.ts";

/**
 * An embedding with 8- or 4-bit weights, two of which share a byte: indices (…) → floats (…, embeddingDim). torch.ao.nn.quantized.Embedding,
 * which reads 4-bit tables as bytes; this one does not.
 */
export class QuantizedEmbedding extends QuantizedTable<[indices: Tensor]> {
  /** @throws DTypeError for indices of another type than int32 and int64, ArgumentError for one outside the table. */
  override forward(indices: Tensor): Tensor {
    return this.rows(indices);
  }
}

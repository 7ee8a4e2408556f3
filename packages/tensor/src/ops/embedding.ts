import { requireRows } from "@octavo/spec";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat, requireShape } from "../internal/require.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { requireIndices } from "../require-indices.ts";
import { Tensor } from "../tensor.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

type Rows = Int32Array | BigInt64Array;
type EmbeddingInputs = [weight: Tensor, indices: Tensor];

const embeddingOp: Op<EmbeddingInputs, { paddingIdx: number | null }> = {
  name: "embedding",
  shape([weight, indices]) {
    requireFloat(weight, "embedding");
    requireShape(weight.rank === 2, "embedding", "a table of shape [entries, width]", weight.shape);
    return { shape: [...indices.shape, weight.shape[1]] };
  },
  layout: ([weight, indices]) => [weight, toMemoryFormat(indices, "contiguous")],
  forward(kernels, [weight, indices], y) {
    const rows = indices.raw<Rows>();
    try {
      kernels.embedding(weight.data, null, null, rows, y.data, 32);
    } catch (error) {
      // The kernel has looked at all indices; who is to blame is looked for when it refuses.
      requireRows(rows, weight.shape[0], whereOf("embedding"));
      throw error;
    }
  },
  backward(kernels, gradient, { inputs: [weight, indices], attributes: { paddingIdx } }) {
    const dWeight = new Tensor(weight);
    const rows = indices.raw<Rows>();
    kernels.embeddingGradient(rows, gradient.data, dWeight.data, weight.shape[1], paddingIdx ?? -1);
    return [dWeight, null];
  },
  saves: { inputs: [false, true] },
};

const settings = optionsOf<{ paddingIdx: number | null }>("embedding", { paddingIdx: null });

/**
 * Rows of `weight`, (entries, width), chosen by integer `indices` of any shape.
 * @param options.paddingIdx a row that gets no gradient.
 * @throws ArgumentError for an index outside the table, DTypeError for indices of another type than int32 and int64.
 */
export function embedding(
  indices: Tensor,
  weight: Tensor,
  options?: { readonly paddingIdx?: number | null },
): Tensor {
  const { paddingIdx } = settings(options);
  requireIndices(indices, "embedding");
  const entry = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + weight.shape[0] : paddingIdx;
  return applyOp(embeddingOp, [weight, indices], { paddingIdx: entry });
}

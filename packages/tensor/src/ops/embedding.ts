import { ArgumentError } from "@octavo/spec";
import { requireFloat, requireShape } from "../internal/require.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";

type EmbeddingInputs = [weight: Tensor, indices: Tensor];

/** Where in the table each row of the result lies. */
function* rowsOf(weight: Tensor, indices: Tensor): Iterable<{ at: number; from: number }> {
  const [entries] = weight.shape;
  let at = 0;
  for (const index of indices.toArray()) {
    const from = Number(index);
    if (!Number.isInteger(from) || from < 0 || from >= entries) {
      throw new ArgumentError({
        where: whereOf("embedding"),
        expected: `indices from 0 to ${entries - 1}`,
        got: String(from),
      });
    }
    yield { at: at++, from };
  }
}

const embeddingOp: Op<EmbeddingInputs, { paddingIdx: number | null }> = {
  name: "embedding",
  shape([weight, indices]) {
    requireFloat(weight, "embedding");
    requireShape(weight.rank === 2, "embedding", "a table of shape [entries, width]", weight.shape);
    return { shape: [...indices.shape, weight.shape[1]] };
  },
  forward(_, [weight, indices], y) {
    const width = weight.shape[1];
    for (const { at, from } of rowsOf(weight, indices)) {
      y.data.set(weight.data.subarray(from * width, (from + 1) * width), at * width);
    }
  },
  backward(kernels, gradient, { inputs: [weight, indices], attributes: { paddingIdx } }) {
    const dWeight = new Tensor(weight);
    dWeight.data.fill(0);
    const width = weight.shape[1];
    const row = (of: Tensor, i: number) => of.data.subarray(i * width, (i + 1) * width);
    for (const { at, from } of rowsOf(weight, indices)) {
      if (from !== paddingIdx) kernels.accumulate(row(gradient, at), row(dWeight, from), 1);
    }
    return [dWeight, null];
  },
  saves: { inputs: [false, true] },
};

/**
 * Rows of `weight`, (entries, width), chosen by integer `indices` of any shape.
 * @param options.paddingIdx a row that gets no gradient.
 * @throws ArgumentError for an index outside the table.
 */
export function embedding(
  indices: Tensor,
  weight: Tensor,
  { paddingIdx = null }: { paddingIdx?: number | null } = {},
): Tensor {
  const entry = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + weight.shape[0] : paddingIdx;
  return applyOp(embeddingOp, [weight, indices], { paddingIdx: entry });
}

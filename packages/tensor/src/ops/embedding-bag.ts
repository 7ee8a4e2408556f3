import { ArgumentError, ShapeError } from "@octavo/spec";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat, requireShape, shapeText } from "../internal/require.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { indicesHint } from "../require-indices.ts";
import { Tensor } from "../tensor.ts";

const modes = ["sum", "mean", "max"] as const;
type Mode = (typeof modes)[number];

type Inputs = [weight: Tensor, indices: Tensor, perSampleWeights: Tensor | null];

interface Attributes {
  readonly mode: Mode;
  /** Bag b has the indices from `starts[b]` up to, not including, `starts[b + 1]`. */
  readonly starts: readonly number[];
}

/** Row i of a matrix. */
const row = ({ data, shape }: Tensor, i: number) => data.subarray(i * shape[1], (i + 1) * shape[1]);

/** Every sample with its bag, its row of the table, and what it counts in the bag's sum. */
function* samplesOf(
  [weight, indices, perSample]: Inputs,
  { mode, starts }: Attributes,
): Iterable<{ readonly at: number; readonly bag: number; readonly from: number; readonly factor: number }> {
  const values = indices.raw();
  const [entries] = weight.shape;
  for (let bag = 0; bag + 1 < starts.length; bag++) {
    for (let at = starts[bag]; at < starts[bag + 1]; at++) {
      const from = Number(values[at]);
      if (!Number.isInteger(from) || from < 0 || from >= entries) {
        const expected = `indices from 0 to ${entries - 1}`;
        throw new ArgumentError({ where: whereOf("embeddingBag"), expected, got: String(from) });
      }
      const factor = mode === "mean" ? 1 / (starts[bag + 1] - starts[bag]) : (perSample?.data[at] ?? 1);
      yield { at, bag, from, factor };
    }
  }
}

const embeddingBagOp: Op<Inputs, Attributes> = {
  name: "embeddingBag",
  shape([weight, indices, perSample], { starts }) {
    requireFloat(weight, "embeddingBag");
    requireShape(weight.rank === 2, "embeddingBag", "a table of shape [entries, width]", weight.shape);
    requireShape(
      perSample === null || perSample.numel === indices.numel,
      "embeddingBag",
      "a weight for each index",
      () => shapeText(perSample!.shape),
    );
    return { shape: [starts.length - 1, weight.shape[1]] };
  },
  forward(kernels, inputs, y, attributes) {
    const [weight] = inputs;
    y.data.fill(0);
    if (attributes.mode !== "max") {
      for (const { bag, from, factor } of samplesOf(inputs, attributes)) {
        kernels.accumulate(row(weight, from), row(y, bag), factor);
      }
      return [];
    }
    // Which row each maximum is of, the first of equals; −1 in empty bags, which stay 0.
    const winners = new Tensor({ shape: y.shape, dtype: "int32" });
    const won = winners.raw<Int32Array>().fill(-1);
    for (const { bag, from } of samplesOf(inputs, attributes)) {
      const [values, best, start] = [row(weight, from), row(y, bag), bag * y.shape[1]];
      values.forEach((value, c) => {
        if (won[start + c] >= 0 && !(value > best[c] || Number.isNaN(value))) return;
        best[c] = value;
        won[start + c] = from;
      });
    }
    return [winners];
  },
  backward(kernels, gradient, { inputs, attributes, extra: [winners] }) {
    const [weight, , perSample] = inputs;
    const dWeight = new Tensor(weight);
    dWeight.data.fill(0);
    if (winners) {
      const width = weight.shape[1];
      winners.raw<Int32Array>().forEach((from, i) => {
        if (from >= 0) dWeight.data[from * width + (i % width)] += gradient.data[i];
      });
      return [dWeight, null, null];
    }
    const dPerSample = perSample && new Tensor(perSample);
    for (const { at, bag, from, factor } of samplesOf(inputs, attributes)) {
      const [own, given] = [row(weight, from), row(gradient, bag)];
      kernels.accumulate(given, row(dWeight, from), factor);
      // y = Σ factor · row:  d factor = row · dy
      if (dPerSample) dPerSample.data[at] = own.reduce((sum, value, c) => sum + value * given[c], 0);
    }
    return [dWeight, null, dPerSample];
  },
  saves: { inputs: true },
};

export interface EmbeddingBagOptions {
  /** How the rows of a bag become one. Default "mean". */
  readonly mode?: Mode;
  /** Where each bag begins in one-dimensional `indices`; without it, each row of two-dimensional indices is a bag. */
  readonly offsets?: Tensor | null;
  /** The last offset is the end of the last bag. Default false: bags go to the end. */
  readonly includeLastOffset?: boolean;
  /** A factor for each index, of its shape; mode "sum" only. */
  readonly perSampleWeights?: Tensor | null;
}

const settings = optionsOf<Required<EmbeddingBagOptions>>("embeddingBag", {
  mode: "mean",
  offsets: null,
  includeLastOffset: false,
  perSampleWeights: null,
});

/**
 * Sums, means or maxima of the rows of `weight`, (entries, width), that are in each bag: (bags, width), 0 for an empty one; as
 * torch.nn.functional.embedding_bag.
 * @throws ArgumentError for an index outside the table, offsets that do not rise, or per-sample weights of another mode.
 * @throws ShapeError for indices of another rank.
 */
export function embeddingBag(indices: Tensor, weight: Tensor, options?: EmbeddingBagOptions): Tensor {
  const { mode, offsets, includeLastOffset, perSampleWeights } = settings(options);
  requireTensor(indices, "embeddingBag", indicesHint);
  if (!modes.includes(mode) || (perSampleWeights && mode !== "sum")) {
    const expected = perSampleWeights ? "mode sum with perSampleWeights" : `mode ${modes.join(", ")}`;
    throw new ArgumentError({ where: whereOf("embeddingBag"), expected, got: String(mode) });
  }
  const starts = startsOf(indices, offsets, includeLastOffset);
  return applyOp(embeddingBagOp, [weight, indices, perSampleWeights], { mode, starts });
}

function startsOf(indices: Tensor, offsets: Tensor | null, includeLast: boolean): number[] {
  const fits = offsets ? indices.rank === 1 && offsets.rank === 1 : indices.rank === 2;
  if (!fits) {
    throw new ShapeError({
      where: whereOf("embeddingBag"),
      expected: offsets ? "indices and offsets of rank 1" : "indices of rank 2, or offsets",
      got: `indices ${shapeText(indices.shape)}`,
    });
  }
  if (!offsets) return Array.from({ length: indices.shape[0] + 1 }, (_, bag) => bag * indices.shape[1]);
  const given = Array.from(offsets.raw() as Iterable<number | bigint>, Number);
  const starts = includeLast ? given : [...given, indices.numel];
  const rises = starts.every((start, i) => start >= (starts[i - 1] ?? 0) && start <= indices.numel);
  if (starts[0] === 0 && rises) return starts;
  throw new ArgumentError({
    where: whereOf("embeddingBag"),
    expected: `offsets that rise from 0 to at most ${indices.numel}`,
    got: given.join(", "),
  });
}

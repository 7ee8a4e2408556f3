import { ShapeError } from "@octavo/spec";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat, shapeText } from "../internal/require.ts";
import { whereOf } from "../internal/where.ts";
import { tensor } from "../factories.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { dropout } from "./dropout.ts";
import { matmul } from "./matmul.ts";
import { transpose } from "./permute.ts";
import { softmax } from "./softmax.ts";

export interface AttentionOptions {
  /** Broadcast to (…, L, S): a float tensor is added to the scores; of bool or uint8, what is 0 takes no part. */
  readonly attnMask?: Tensor | null;
  /** Of the attention weights; applied whenever it is not 0. Default 0. */
  readonly dropoutP?: number;
  /** Query i sees keys 0 … i. Default false. */
  readonly isCausal?: boolean;
  /** Of the scores; default 1/√E. */
  readonly scale?: number;
}

/** What attention gives, and the weights that it gave the values. */
export interface Attended {
  /** (…, L, Ev) */
  readonly output: Tensor;
  /** (…, L, S), after dropout. */
  readonly weights: Tensor;
}

/**
 * softmax(query keyᵀ · scale + mask) value, of query (…, L, E), key (…, S, E) and value (…, S, Ev) → (…, L, Ev); as
 * torch.nn.functional.scaled_dot_product_attention (Vaswani et al. 2017).
 * @throws ShapeError or DTypeError for what does not fit. A query that may see no key gives NaN, as in torch.
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: AttentionOptions,
): Tensor {
  return attention(query, key, value, options).output;
}

const settings = optionsOf<{ [K in keyof AttentionOptions]-?: AttentionOptions[K] }>("attention", {
  attnMask: null,
  dropoutP: 0,
  isCausal: false,
  scale: undefined,
});

/** As `scaledDotProductAttention`, with the weights. */
export function attention(query: Tensor, key: Tensor, value: Tensor, options?: AttentionOptions): Attended {
  for (const x of [query, key, value]) requireFloat(x, "attention");
  const fits = [query, key, value].every(({ rank }) => rank >= 2 && rank === query.rank);
  const [length, width] = query.shape.slice(-2);
  const [keys, keyWidth] = key.shape.slice(-2);
  if (!fits || width !== keyWidth || keys !== value.shape.at(-2)) {
    throw new ShapeError({
      where: whereOf("attention"),
      expected: "query (…, L, E), key (…, S, E), value (…, S, Ev)",
      got: [query, key, value].map(({ shape }) => shapeText(shape)).join(", "),
    });
  }
  const { attnMask, dropoutP, isCausal, scale = 1 / Math.sqrt(width) } = settings(options);
  let scores = matmul(mul(query, scale), transpose(key, -2, -1));
  if (attnMask) scores = add(scores, addedMask(attnMask, "takesPart"));
  if (isCausal) scores = add(scores, causalMask(length, keys));
  const weights = dropout(softmax(scores, { dim: -1 }), { p: dropoutP });
  return { output: matmul(weights, value), weights };
}

/**
 * What is added to scores for a mask: 0 where something takes part, −∞ where not, of which exp makes 0. A float mask is that
 * already. @param marked what the elements of a bool or uint8 mask that are not 0 say
 */
export function addedMask(mask: Tensor, marked: "takesPart" | "takesNoPart"): Tensor {
  if (mask.dtype === "float32") return mask;
  const [zero, other] = marked === "takesPart" ? [-Infinity, 0] : [0, -Infinity];
  const added = Float32Array.from(mask.toArray() as Uint8Array, (mark) => (mark ? other : zero));
  return tensor(added, mask.shape);
}

function causalMask(length: number, keys: number): Tensor {
  const mask = new Float32Array(length * keys);
  for (let i = 0; i < length; i++) mask.fill(-Infinity, i * keys + Math.min(i + 1, keys), (i + 1) * keys);
  return tensor(mask, [length, keys]);
}

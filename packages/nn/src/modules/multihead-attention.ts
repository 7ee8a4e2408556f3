import { ArgumentError, ShapeError, withDefaults } from "@octavo/spec";
import {
  add,
  addedMask,
  attention,
  callContext,
  linear,
  requireTensor,
  requireUnquantized,
} from "@octavo/tensor";
import type { Generator, Tensor } from "@octavo/tensor";
import { xavierUniform_, zeros_ } from "../init.ts";
import { requireCounts } from "../internal/require-counts.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { Linear } from "./linear.ts";

export interface MultiheadAttentionOptions {
  /** Of the attention weights, while training. Default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Features of keys and of values; embedDim unless given. */
  readonly kdim?: number;
  readonly vdim?: number;
  /** (batch, length, features) instead of (length, batch, features). */
  readonly batchFirst?: boolean;
  readonly generator?: Generator;
}

export interface AttentionCallOptions {
  /** (batch, S), bool or uint8: what is not 0 is no key. A float mask is added. */
  readonly keyPaddingMask?: Tensor | null;
  /** (L, S) or (batch · heads, L, S), bool or uint8: what is not 0 may not be seen. A float mask is added. */
  readonly attnMask?: Tensor | null;
  /** Default true; without them a copy is spared. */
  readonly needWeights?: boolean;
  /** Mean of the heads' weights, (batch, L, S); else (batch, heads, L, S). Default true. */
  readonly averageAttnWeights?: boolean;
  /** Query i sees keys 0 … i. Default false. */
  readonly isCausal?: boolean;
}

/** What helps where an input is quantized: a qconfig does not. */
const staysFloat =
  "Attention computes on floats: put a DeQuantStub before each input, and set the qconfig of the layer to null, which keeps its outProj float too.";

const callDefaults = {
  keyPaddingMask: null,
  attnMask: null,
  needWeights: true,
  averageAttnWeights: true,
  isCausal: false,
};

/**
 * Attention of several heads side by side (Vaswani et al. 2017), as torch.nn.MultiheadAttention:
 * `attention(query, key, value, options)` → `[output, weights]`. Parameters are torch's: `in_proj_weight` holds the projections of
 * query, key and value, one below the other; with `kdim` or `vdim` they are `q_proj_weight`, `k_proj_weight`, `v_proj_weight`.
 */
export class MultiheadAttention extends Module<
  [query: Tensor, key: Tensor, value: Tensor, options?: AttentionCallOptions],
  [output: Tensor, weights: Tensor | null]
> {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly kdim: number;
  readonly vdim: number;
  inProjWeight: Parameter | null;
  qProjWeight: Parameter | null;
  kProjWeight: Parameter | null;
  vProjWeight: Parameter | null;
  inProjBias: Parameter | null;
  outProj: Linear;

  /** @throws ArgumentError unless the heads divide the features. */
  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super();
    requireCounts("MultiheadAttention", { embedDim, numHeads });
    const defaults = {
      dropout: 0,
      bias: true,
      kdim: embedDim,
      vdim: embedDim,
      batchFirst: false,
      generator: undefined,
    };
    const settings = withDefaults("MultiheadAttention", defaults, options);
    const { dropout, bias, kdim, vdim, batchFirst, generator } = settings;
    if (!Number.isInteger(embedDim / numHeads)) {
      const got = `${numHeads} heads for ${embedDim} features`;
      throw new ArgumentError({ where: "MultiheadAttention", expected: "heads that divide embedDim", got });
    }
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.kdim = kdim;
    this.vdim = vdim;
    const projection = (rows: number, features: number) => {
      const weight = new Parameter({ shape: [rows, features] });
      xavierUniform_(weight, { generator });
      return weight;
    };
    const joint = kdim === embedDim && vdim === embedDim;
    this.qProjWeight = joint ? null : projection(embedDim, embedDim);
    this.kProjWeight = joint ? null : projection(embedDim, kdim);
    this.vProjWeight = joint ? null : projection(embedDim, vdim);
    this.inProjWeight = joint ? projection(3 * embedDim, embedDim) : null;
    this.inProjBias = bias ? new Parameter({ shape: [3 * embedDim] }) : null;
    this.outProj = new Linear(embedDim, embedDim, { bias, generator });
    if (this.inProjBias) zeros_(this.inProjBias);
    if (this.outProj.bias) zeros_(this.outProj.bias);
  }

  /** query (L, batch, embedDim), key (S, batch, kdim), value (S, batch, vdim); all without the batch axis too. */
  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttentionCallOptions = {},
  ): [output: Tensor, weights: Tensor | null] {
    for (const x of [query, key, value]) requireTensor(x, "MultiheadAttention");
    requireUnquantized("attention", [query, key, value], staysFloat);
    const settings = withDefaults("MultiheadAttention", callDefaults, options);
    const { keyPaddingMask, attnMask, needWeights, averageAttnWeights, isCausal } = settings;
    const batched = query.rank === 3;
    const timeFirst = (x: Tensor) => (!batched ? x.unsqueeze(1) : this.batchFirst ? x.transpose(0, 1) : x);
    this.requireInputs(query, key, value);
    const [q, k, v] = this.projected(query, key, value).map(timeFirst);
    const [length, batch] = q.shape;
    const keys = k.shape[0];
    const { output, weights } = attention(this.heads(q), this.heads(k), this.heads(v), {
      attnMask: this.mask(attnMask, keyPaddingMask, batch, keys),
      dropoutP: this.training ? this.dropout : 0,
      isCausal,
    });
    const joined = output.permute([2, 0, 1, 3]).reshape([length, batch, this.embedDim]);
    const projected = this.outProj(joined);
    const back = !batched ? projected.squeeze(1) : this.batchFirst ? projected.transpose(0, 1) : projected;
    if (!needWeights) return [back, null];
    const shown = averageAttnWeights ? weights.mean({ dim: 1 }) : weights;
    return [back, batched ? shown : shown.squeeze(0)];
  }

  /** Query, key and value through their projections: one product where all are the same tensor. */
  private projected(query: Tensor, key: Tensor, value: Tensor): Tensor[] {
    const { inProjWeight, inProjBias, embedDim } = this;
    if (inProjWeight && query === key && key === value) {
      return linear(query, inProjWeight, inProjBias).split(embedDim, { dim: -1 });
    }
    const weights = inProjWeight?.split(embedDim) ?? [
      this.qProjWeight!,
      this.kProjWeight!,
      this.vProjWeight!,
    ];
    const biases = inProjBias?.split(embedDim) ?? [null, null, null];
    return [query, key, value].map((x, i) => linear(x, weights[i], biases[i]));
  }

  /** (length, batch, features) → (batch, heads, length, features of a head) */
  private heads(x: Tensor): Tensor {
    const [length, batch] = x.shape;
    const width = this.embedDim / this.numHeads;
    return x.reshape([length, batch, this.numHeads, width]).permute([1, 2, 0, 3]);
  }

  /** Both masks as one that is added, to be broadcast to (batch, heads, L, S). */
  private mask(attnMask: Tensor | null, padding: Tensor | null, batch: number, keys: number): Tensor | null {
    const masks: Tensor[] = [];
    if (attnMask) {
      const added = addedMask(attnMask, "takesNoPart");
      const perHead = added.rank === 3 ? [batch, this.numHeads, ...added.shape.slice(1)] : added.shape;
      masks.push(added.reshape(perHead));
    }
    if (padding) masks.push(addedMask(padding, "takesNoPart").reshape([batch, 1, 1, keys]));
    return masks.length === 2 ? add(masks[0], masks[1]) : (masks[0] ?? null);
  }

  private requireInputs(...inputs: readonly Tensor[]): void {
    const widths = [this.embedDim, this.kdim, this.vdim];
    const fit = inputs.every(
      ({ rank, shape }, i) =>
        (rank === 2 || rank === 3) && rank === inputs[0].rank && shape.at(-1) === widths[i],
    );
    if (fit) return;
    throw new ShapeError({
      where: callContext()?.where() ?? "MultiheadAttention",
      expected: `query, key and value of ${widths.join(", ")} features, all of rank 3 or all of rank 2`,
      got: inputs.map(({ shape }) => `[${shape.join(", ")}]`).join(", "),
    });
  }
}

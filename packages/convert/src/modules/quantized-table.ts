import { Module } from "@octavo/nn";
import type { ExtraState, StateDict } from "@octavo/nn";
import { requireRows } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { callContext, requireIndices, withTracer } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { quantizeTable } from "../internal/quantize-table.ts";
import { requireAlike } from "../internal/require-alike.ts";
import { programOp } from "../steps/program-op.ts";
import type { ProgramStep } from "../steps/program-op.ts";

/** A float layer with a table of vectors. */
export interface Table {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly weight: Tensor;
}

/** Base of quantized embeddings: a table of 8- or 4-bit integers, of which rows are made floats as they are looked up. */
export abstract class QuantizedTable<Inputs extends unknown[]>
  extends Module<Inputs, Tensor>
  implements ExtraState
{
  static readonly isLeafModule = true;
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  /** Integers with a scale and a float zero point for each row, (numEmbeddings, embeddingDim). */
  weight: Tensor;
  private step: ProgramStep;

  /** @throws QuantizationError for an odd embeddingDim and quint4x2. */
  constructor({ numEmbeddings, embeddingDim, weight }: Table, qparams: QParams) {
    super();
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.weight = quantizeTable(weight, qparams, this.typeName());
    this.step = this.makeStep();
  }

  /** Rows as floats: indices (…) → (…, embeddingDim). @throws ArgumentError for an index outside the table. */
  protected rows(indices: Tensor): Tensor {
    withTracer(null, () => this.requireRows(indices));
    return programOp(indices, this.step);
  }

  extraState(): StateDict {
    return new Map([["weight", this.weight]]);
  }

  /** @throws ShapeError or DTypeError for a weight of another shape or number of bits. */
  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    const weight = state.get("weight") ?? this.weight;
    requireAlike(this.typeName(), this.weight, weight);
    this.weight = weight.clone().keep();
    this.step = this.makeStep();
  }

  override extraRepr(): string {
    const size = `num_embeddings=${this.numEmbeddings}, embedding_dim=${this.embeddingDim}`;
    return `${size}, dtype=torch.${this.weight.dtype}, qscheme=torch.per_channel_affine_float_qparams`;
  }

  private makeStep(): ProgramStep {
    const { scale, zeroPoint, dtype } = this.weight.qparams!;
    const rows = [this.numEmbeddings];
    const data = this.weight.raw<Uint8Array>().slice();
    return Object.freeze({
      op: "embedding",
      attributes: { ...(dtype === "quint4x2" && { bits: 4 }) },
      constants: {
        weight: { dtype: "quint8", shape: [...rows, data.length / this.numEmbeddings], data },
        scale: { dtype: "float32", shape: rows, data: scale },
        zeroPoint: { dtype: "float32", shape: rows, data: zeroPoint },
      } as const,
      output: { dtype: "float32" as const },
    });
  }

  private requireRows(indices: Tensor): void {
    requireIndices(indices, this.typeName());
    requireRows(indices.raw(), this.numEmbeddings, callContext()?.where() ?? this.typeName());
  }
}

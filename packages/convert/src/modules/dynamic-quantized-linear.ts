import { Module } from "@octavo/nn";
import type { ExtraState, Linear, StateDict } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";
import { requireAlike } from "../internal/require-alike.ts";
import { programOp } from "../steps/program-op.ts";
import type { ProgramStep } from "../steps/program-op.ts";

/**
 * Linear layer with 8-bit weights between floats: inputs are quantized anew in each call, by their own range.
 * torch.ao.nn.quantized.dynamic.Linear.
 */
export class DynamicQuantizedLinear extends Module<[x: Tensor], Tensor> implements ExtraState {
  static readonly isLeafModule = true;
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** 7 bits for the inputs, as fbgemm. */
  readonly reduceRange: boolean;
  /** Integers with their qparams, (outFeatures, inFeatures). */
  weight: Tensor;
  /** float32 */
  bias: Tensor | null;
  private step: ProgramStep;

  /** @param weight integers with symmetric qparams, (outFeatures, inFeatures) */
  constructor({ inFeatures, outFeatures, bias }: Linear, weight: Tensor, reduceRange: boolean) {
    super();
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.reduceRange = reduceRange;
    this.weight = weight;
    this.bias = bias && bias.detach().clone().keep();
    this.step = this.makeStep();
  }

  /** @throws ShapeError for an input that does not fit. */
  override forward(x: Tensor): Tensor {
    return programOp(x, this.step);
  }

  extraState(): StateDict {
    return new Map([["weight", this.weight], ...(this.bias ? [["bias", this.bias] as const] : [])]);
  }

  /** @throws ShapeError or DTypeError for a weight or bias that does not fit. */
  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    const weight = state.get("weight") ?? this.weight;
    const bias = state.get("bias") ?? this.bias;
    requireAlike(this.typeName(), this.weight, weight);
    requireAlike(this.typeName(), this.bias, bias);
    this.weight = weight.clone().keep();
    this.bias = bias && bias.clone().keep();
    this.step = this.makeStep();
  }

  override extraRepr(): string {
    const scheme = this.weight.qparams!.axis === null ? "tensor" : "channel";
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, dtype=torch.qint8, qscheme=torch.per_${scheme}_affine`;
  }

  private makeStep(): ProgramStep {
    const { weight, bias, reduceRange } = this;
    const scale = weight.qparams!.scale;
    return Object.freeze({
      op: "dynamicLinear",
      attributes: { ...(reduceRange && { reduceRange }) },
      constants: {
        weight: { dtype: "qint8" as const, shape: weight.shape, data: weight.raw<Int8Array>().slice() },
        weightScale: { dtype: "float32" as const, shape: [scale.length], data: scale },
        ...(bias && { bias: { dtype: "float32" as const, shape: bias.shape, data: bias.data.slice() } }),
      },
      output: { dtype: "float32" as const },
    });
  }
}

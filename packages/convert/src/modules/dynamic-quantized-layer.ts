import { Module } from "@octavo/nn";
import type { ExtraState, StateDict, WeightedLayer } from "@octavo/nn";
import type { ProgramConstant } from "@octavo/spec";
import { toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { requireAlike } from "../internal/require-alike.ts";
import { layerGeometry } from "../steps/layer-geometry.ts";
import { programOp } from "../steps/program-op.ts";
import type { ProgramStep } from "../steps/program-op.ts";

/** What loading a state dict does not change. */
interface Fixed extends Pick<ProgramStep, "op" | "attributes"> {
  readonly typeName: string;
  /** The float layer's text between the parentheses. */
  readonly floatRepr: string;
}

/**
 * Linear layer or convolution with 8-bit weights between floats: inputs are quantized anew in each call, by their own range.
 * torch.ao.nn.quantized.dynamic.Linear, Conv1d, Conv2d and Conv3d.
 */
export class DynamicQuantizedLayer extends Module<[x: Tensor], Tensor> implements ExtraState {
  static readonly isLeafModule = true;
  /** Integers with their qparams, in torch's shape. */
  weight: Tensor;
  /** float32, one per output channel. */
  bias: Tensor | null;
  private readonly fixed: Fixed;
  private step: ProgramStep;

  /**
   * @param layer its own weight is not used. @param weight integers with symmetric qparams.
   * @param reduceRange 7 bits for the inputs, as fbgemm.
   */
  constructor(layer: WeightedLayer, weight: Tensor, reduceRange: boolean) {
    super();
    const { op, attributes } = layerGeometry(layer);
    this.weight = weight;
    this.bias = layer.bias && layer.bias.detach().clone().keep();
    this.fixed = Object.freeze({
      typeName: `DynamicQuantized${layer.typeName()}`,
      floatRepr: layer.extraRepr(),
      op: op === "linear" ? "dynamicLinear" : "dynamicConv",
      attributes: { ...attributes, ...(reduceRange && { reduceRange }) },
    });
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

  override typeName(): string {
    return this.fixed.typeName;
  }

  override extraRepr(): string {
    const { op, floatRepr } = this.fixed;
    if (op !== "dynamicLinear") return floatRepr;
    const scheme = this.weight.qparams!.axis === null ? "tensor" : "channel";
    return `${floatRepr.replace(/, bias=\w+$/, "")}, dtype=torch.qint8, qscheme=torch.per_${scheme}_affine`;
  }

  private makeStep(): ProgramStep {
    const { weight, bias } = this;
    const { op, attributes } = this.fixed;
    const { shape } = weight;
    const { scale } = weight.qparams!;
    const constants: Record<string, ProgramConstant> = {
      weight: {
        dtype: "qint8",
        shape: shape.length > 2 ? [shape[0], ...shape.slice(2), shape[1]] : shape,
        data: toMemoryFormat(weight, "channelsLast").raw().slice(),
      },
      weightScale: { dtype: "float32", shape: [scale.length], data: scale },
      ...(bias && { bias: { dtype: "float32", shape: bias.shape, data: bias.data.slice() } as const }),
    };
    return Object.freeze({ op, attributes, constants, output: { dtype: "float32" as const } });
  }
}

import { Module } from "@octavo/nn";
import type { ExtraState, StateDict } from "@octavo/nn";
import type { WeightedLayer } from "@octavo/nn";
import type { QParams, QuantizedDType } from "@octavo/spec";
import { noGrad, toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { loadedOutput, outputState } from "../internal/output-state.ts";
import type { QuantizedOutput } from "../internal/output-state.ts";
import type { ActivationQParams } from "../internal/program-value.ts";
import { requireFiniteBias } from "../internal/require-finite-bias.ts";
import { requireAlike } from "../internal/require-alike.ts";
import { requireQuantized } from "../internal/require-quantized.ts";
import { layerGeometry } from "../steps/layer-geometry.ts";
import type { LayerGeometry } from "../steps/layer-geometry.ts";
import { layerStep } from "../steps/layer-step.ts";
import type { LayerStepParts } from "../steps/layer-step.ts";
import { programOp } from "../steps/program-op.ts";
import type { ProgramStep } from "../steps/program-op.ts";
import { quantizeWeight } from "../internal/quantize-weight.ts";

/** What a quantized layer is made of. */
export interface QuantizedLayerParts extends Pick<LayerStepParts, "clamp" | "torchEngine"> {
  /** As printed: `QuantizedConvReLU2d`. */
  readonly typeName: string;
  /** Geometry and kind; its own weight is not used. */
  readonly layer: WeightedLayer;
  /** Float weight in torch's shape, batch norm folded. */
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly weightQParams: QParams;
  readonly dtype: QuantizedDType;
  readonly output: ActivationQParams;
}

/** What loading a state dict does not change. */
interface Fixed extends Pick<LayerStepParts, "clamp" | "torchEngine"> {
  readonly typeName: string;
  readonly geometry: LayerGeometry;
  /** The float layer's text between the parentheses. */
  readonly floatRepr: string;
}

/**
 * Convolution, transposed convolution or linear layer on integers, with bias and a fused clamp. Weights are qint8.
 * torch.ao.nn.quantized.Conv2d, Linear, ConvReLU2d, ….
 */
export class QuantizedLayer extends Module<[x: Tensor], Tensor> implements ExtraState {
  static readonly isLeafModule = true;
  /** Integers with their qparams, in torch's shape. */
  weight: Tensor;
  /** float32, one per output channel. */
  bias: Tensor | null;
  private readonly fixed: Fixed;
  private step: ProgramStep & { readonly output: QuantizedOutput };

  constructor({ typeName, layer, weight, bias, weightQParams, dtype, output, ...rest }: QuantizedLayerParts) {
    super();
    this.weight = quantizeWeight(weight, weightQParams);
    this.bias = bias && copyOf(bias);
    this.fixed = Object.freeze({
      ...rest,
      typeName,
      geometry: layerGeometry(layer),
      floatRepr: layer.extraRepr(),
    });
    this.step = this.makeStep({ dtype, qparams: output });
  }

  /** @throws DTypeError for a float tensor, ShapeError for one that does not fit. */
  override forward(x: Tensor): Tensor {
    requireQuantized(x);
    return programOp(x, this.step);
  }

  get scale(): number {
    return this.step.output.qparams.scale;
  }

  get zeroPoint(): number {
    return this.step.output.qparams.zeroPoint;
  }

  /** The weight carries its qparams, as in torch; linear layers have `weight` and `bias` too, not torch's packed tuple. */
  extraState(): StateDict {
    const tensors = [["weight", this.weight] as const, ...(this.bias ? [["bias", this.bias] as const] : [])];
    return new Map([...tensors, ...outputState(this.step.output)]);
  }

  /** @throws ShapeError or DTypeError for a weight or bias that does not fit, QuantizationError for a bias that is not finite. */
  loadExtraState(state: ReadonlyMap<string, Tensor>): void {
    const { weight = this.weight, bias = this.bias } = Object.fromEntries(state) as Record<string, Tensor>;
    for (const [own, given] of [
      [this.weight, weight],
      [this.bias, bias],
    ]) {
      if (own && given) requireAlike(this.typeName(), own, given);
    }
    requireFiniteBias(bias, this.typeName());
    const output = loadedOutput(this.step.output, state);
    this.weight = copyOf(toMemoryFormat(weight, this.weight.memoryFormat));
    this.bias = bias && copyOf(bias);
    this.step = this.makeStep(output);
  }

  override typeName(): string {
    return this.fixed.typeName;
  }

  override extraRepr(): string {
    const { floatRepr, geometry } = this.fixed;
    const own = [`scale=${this.scale}`, `zero_point=${this.zeroPoint}`];
    const perChannel = this.weight.qparams!.axis !== null;
    if (geometry.op === "linear") own.push(`qscheme=per_${perChannel ? "channel" : "tensor"}_affine`);
    const parts = floatRepr.replace(/, bias=\w+$/, "").split(/, (?=[a-z_]+=)/);
    const after = parts.findIndex((part) => /^(stride|out_features)=/.test(part)) + 1;
    const isConvolution = geometry.op !== "linear";
    return [
      ...parts.toSpliced(after, 0, ...own),
      ...(this.bias === null && isConvolution ? ["bias=False"] : []),
    ].join(", ");
  }

  private makeStep(output: QuantizedOutput): QuantizedLayer["step"] {
    const { weight, bias } = this;
    return layerStep({ ...this.fixed, weight, bias, output });
  }
}

/** Plain data, also of a parameter. */
function copyOf(x: Tensor): Tensor {
  return noGrad(() => x.clone()).keep();
}

import { kernels } from "@octavo/backend";
import { Module } from "@octavo/nn";
import { channelBlocksOf } from "@octavo/spec";
import type { ProgramConstant, QParams, QuantizedDType } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";
import type { WeightedLayer } from "@octavo/qat";
import { quantizeNumber } from "../internal/quantize-number.ts";
import type { ActivationQParams } from "../internal/program-value.ts";
import { layerGeometry } from "../layer-geometry.ts";
import { programOp } from "../program-op.ts";
import type { ProgramStep } from "../program-op.ts";

/** What a quantized layer is made of. */
export interface QuantizedLayerParts {
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
  /** Smallest and largest real value that leaves the layer: a fused relu or relu6. */
  readonly clamp: readonly [low: number, high: number];
  readonly torchEngine: "qnnpack" | null;
}

/**
 * Convolution, transposed convolution or linear layer on integers, with bias and a fused clamp. Weights are stored as
 * qint8, once, in the layout of the kernels. torch.ao.nn.quantized.Conv2d, Linear, ConvReLU2d, ….
 */
export class QuantizedLayer extends Module<[x: Tensor], Tensor> {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly scale: number;
  readonly zeroPoint: number;
  private readonly step: ProgramStep;
  private readonly printedName: string;
  private readonly extra: string;

  constructor(parts: QuantizedLayerParts) {
    super();
    const { layer, output, dtype } = parts;
    this.printedName = parts.typeName;
    this.extra = `${layer.extraRepr()}, scale=${output.scale}, zero_point=${output.zeroPoint}`;
    this.weight = quantizeWeight(parts.weight, parts.weightQParams);
    this.bias = parts.bias;
    this.scale = output.scale;
    this.zeroPoint = output.zeroPoint;
    this.registerBuffer("weight", this.weight);
    this.registerBuffer("bias", this.bias);
    const { op, attributes, channels, repeat } = layerGeometry(layer);
    this.step = Object.freeze({
      op,
      attributes: {
        ...attributes,
        ...integerClamp(parts.clamp, output),
        ...(parts.torchEngine && { torchEngine: parts.torchEngine }),
      },
      constants: constantsOf(this.weight, parts.bias, channels, repeat),
      // One input channel has no format of its own, many output channels do.
      output: { dtype, qparams: output, ...(op !== "linear" && { memoryFormat: "channelsLast" as const }) },
    });
  }

  override forward(x: Tensor): Tensor {
    return programOp(x, this.step);
  }

  override typeName(): string {
    return this.printedName;
  }

  override extraRepr(): string {
    return this.extra;
  }
}

/** Integers of a weight, clamped to the range of its quantizer. Layout: channels-last, as `ConvShape` wants it. */
function quantizeWeight(weight: Tensor, qparams: QParams): Tensor {
  const { dtype, scale, zeroPoint, axis, quantMin, quantMax } = qparams;
  const { shape, memoryFormat } = weight;
  const result = new Tensor({ shape, memoryFormat, dtype, qparams }).keep();
  const blocks = channelBlocksOf(shape, axis, memoryFormat);
  const integers = result.raw<Int8Array>();
  kernels().quantize(weight.data, scale, zeroPoint as Int32Array, integers, blocks, quantMin, quantMax);
  return result;
}

/** `low` and `high` in integers, where they narrow the range; relu's low is quantize(0), the zero point. */
function integerClamp([low, high]: readonly [number, number], output: ActivationQParams) {
  return {
    ...(low > -Infinity && { low: quantizeNumber(low, output) }),
    ...(high < Infinity && { high: quantizeNumber(high, output) }),
  };
}

/** Weights with channels innermost; scales and zero points repeated over groups where the weight's axis is per group. */
function constantsOf(weight: Tensor, bias: Tensor | null, channels: number, repeat: number) {
  const { shape } = weight;
  const { scale, zeroPoint } = weight.qparams!;
  const laidOut = shape.length > 2 ? [shape[0], ...shape.slice(2), shape[1]] : shape;
  const constants: Record<string, ProgramConstant> = {
    weight: { dtype: "qint8", shape: laidOut, data: weight.raw() },
    weightScale: vector("float32", repeated(scale, repeat)),
  };
  if (zeroPoint.some((zero) => zero !== 0)) {
    constants.weightZeroPoint = vector(
      "int32",
      Int32Array.from(repeated(Float32Array.from(zeroPoint), repeat)),
    );
  }
  if (bias) constants.bias = { dtype: "float32", shape: [channels], data: bias.data };
  return constants;
}

function vector(dtype: "float32" | "int32", data: Float32Array | Int32Array): ProgramConstant {
  return { dtype, shape: [data.length], data };
}

function repeated(values: Float32Array, times: number): Float32Array {
  if (values.length === 1 || times === 1) return values;
  return Float32Array.from({ length: values.length * times }, (_, i) => values[i % values.length]);
}

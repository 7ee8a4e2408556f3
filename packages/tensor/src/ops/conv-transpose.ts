import { ArgumentError, denseStrides } from "@octavo/spec";
import { convGeometry } from "../internal/conv-geometry.ts";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat, requireShape, shapeText } from "../internal/require.ts";
import { perAxis } from "../internal/spatial.ts";
import type { PerAxis } from "../internal/spatial.ts";
import { block } from "../internal/strided.ts";
import { sumRows } from "../internal/sum-rows.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

export interface ConvTransposeOptions {
  /** Default 1. */
  readonly stride?: PerAxis;
  /** What the convolution that it transposes pads: taken off both ends of the output. Default 0. */
  readonly padding?: PerAxis;
  /** Added to the output's size at the end, below stride or dilation. Default 0. */
  readonly outputPadding?: PerAxis;
  readonly groups?: number;
  /** Default 1. */
  readonly dilation?: PerAxis;
}

export interface ConvTransposeAttributes {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

type ConvTransposeInputs = [x: Tensor, weight: Tensor, bias: Tensor | null];

function outputShape(x: Tensor, weight: Tensor, attributes: ConvTransposeAttributes): number[] {
  const { stride, padding, outputPadding, dilation, groups } = attributes;
  const size = weight.shape
    .slice(2)
    .map(
      (taps, i) =>
        (x.shape[i + 2] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (taps - 1) + outputPadding[i] + 1,
    );
  return [x.shape[0], weight.shape[1] * groups, ...size];
}

/** The convolution whose input gradient this is: from the output's shape to that of x. */
function transposed(x: Tensor, weight: Tensor, attributes: ConvTransposeAttributes) {
  const { stride, padding, dilation, groups } = attributes;
  const input = outputShape(x, weight, attributes);
  return convGeometry({
    input,
    output: x.shape,
    kernel: weight.shape.slice(2),
    stride,
    padding,
    dilation,
    groups,
  });
}

function check(
  name: string,
  dims: number,
  [x, weight, bias]: ConvTransposeInputs,
  attributes: ConvTransposeAttributes,
) {
  for (const input of [x, weight, ...(bias ? [bias] : [])]) requireFloat(input, name);
  requireShape(x.rank === dims + 2, name, `an input of rank ${dims + 2}`, x.shape);
  requireShape(weight.rank === dims + 2, name, `a weight of rank ${dims + 2}`, weight.shape);
  requireShape(
    x.shape[1] === weight.shape[0] && weight.shape[0] % attributes.groups === 0,
    name,
    `${weight.shape[0]} input channels in ${attributes.groups} groups (weight ${shapeText(weight.shape)})`,
    `${x.shape[1]} in ${shapeText(x.shape)}`,
  );
  const shape = outputShape(x, weight, attributes);
  requireShape(
    bias === null || bias.shape.join() === String(shape[1]),
    name,
    `a bias of shape [${shape[1]}]`,
    bias?.shape ?? [],
  );
  requireShape(
    shape.slice(2).every((size) => size > 0),
    name,
    "a padding smaller than the output",
    shape,
  );
}

function convTransposeOp(dims: number): Op<ConvTransposeInputs, ConvTransposeAttributes> {
  const name = `convTranspose${dims}d`;
  return {
    name,
    layout: ([x, weight, bias]) => [
      toMemoryFormat(x, "channelsLast"),
      toMemoryFormat(weight, "channelsLast"),
      bias,
    ],
    shape(inputs, attributes) {
      check(name, dims, inputs, attributes);
      return { shape: outputShape(inputs[0], inputs[1], attributes), memoryFormat: "channelsLast" };
    },
    forward(kernels, [x, weight, bias], y, attributes) {
      kernels.convInputGradient(x.data, weight.data, y.data, transposed(x, weight, attributes));
      if (!bias) return;
      const everywhere = y.shape.map((_, axis) => (axis === 1 ? 1 : 0));
      const to = { strides: denseStrides(y.shape, "channelsLast") };
      kernels.addRegion(bias.data, y.data, block(y.shape, { strides: everywhere }, to));
    },
    backward(kernels, gradient, { inputs: [x, weight, bias], attributes, needs }) {
      const shape = transposed(x, weight, attributes);
      const dx = needs[0] ? new Tensor(x) : null;
      const dWeight = needs[1]
        ? new Tensor({ shape: weight.shape, memoryFormat: weight.memoryFormat })
        : null;
      if (dx) kernels.conv(gradient.data, weight.data, null, dx.data, shape);
      if (dWeight) kernels.convWeightGradient(gradient.data, x.data, dWeight.data, shape);
      return [dx, dWeight, bias && needs[2] ? sumRows(kernels, gradient.data, bias.numel) : null];
    },
    saves: { inputs: [true, true, false] },
  };
}

function defineConvTranspose(dims: number) {
  const op = convTransposeOp(dims);
  const { name } = op;
  const settings = optionsOf<Required<ConvTransposeOptions>>(name, {
    stride: 1,
    padding: 0,
    outputPadding: 0,
    groups: 1,
    dilation: 1,
  });
  return (x: Tensor, weight: Tensor, bias: Tensor | null = null, options?: ConvTransposeOptions): Tensor => {
    const { stride, padding, outputPadding, groups, dilation } = settings(options);
    const attributes = {
      stride: perAxis(stride, dims, `${name} stride`, 1),
      padding: perAxis(padding, dims, `${name} padding`, 0),
      outputPadding: perAxis(outputPadding, dims, `${name} outputPadding`, 0),
      dilation: perAxis(dilation, dims, `${name} dilation`, 1),
      groups,
    };
    const limit = attributes.stride.map((step, i) => Math.max(step, attributes.dilation[i]));
    if (attributes.outputPadding.some((extra, i) => extra >= limit[i])) {
      throw new ArgumentError({
        where: whereOf(`${name} outputPadding`),
        expected: `less than stride or dilation, ${shapeText(limit)}`,
        got: shapeText(attributes.outputPadding),
      });
    }
    return applyOp(op, [x, weight, bias], attributes);
  };
}

/** Transposed convolution of (N, C, L) with a weight of (C, O / groups, k). */
export const convTranspose1d = defineConvTranspose(1);
/** Transposed convolution of (N, C, H, W) with a weight of (C, O / groups, kH, kW). */
export const convTranspose2d = defineConvTranspose(2);
/** Transposed convolution of (N, C, D, H, W) with a weight of (C, O / groups, kD, kH, kW). */
export const convTranspose3d = defineConvTranspose(3);

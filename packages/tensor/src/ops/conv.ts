import type { ConvShape, Kernels } from "@octavo/spec";
import { convGeometry } from "../internal/conv-geometry.ts";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat, requireShape, shapeText } from "../internal/require.ts";
import { perAxis } from "../internal/spatial.ts";
import type { PerAxis } from "../internal/spatial.ts";
import { sumRows } from "../internal/sum-rows.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

export interface ConvOptions {
  /** Default 1. */
  readonly stride?: PerAxis;
  /** Zeros at both ends of each axis (default 0); `same` keeps the size (stride 1), `valid` is 0. */
  readonly padding?: PerAxis | "same" | "valid";
  /** Distance between the elements that a kernel reads. Default 1. */
  readonly dilation?: PerAxis;
  /** Channels are cut into this many independent groups. Default 1. */
  readonly groups?: number;
}

export interface ConvAttributes {
  readonly stride: readonly number[];
  readonly padding: readonly number[] | "same";
  readonly dilation: readonly number[];
  readonly groups: number;
}

type ConvInputs = [x: Tensor, weight: Tensor, bias: Tensor | null];

function geometry(x: Tensor, weight: Tensor, { stride, padding, dilation, groups }: ConvAttributes) {
  const kernel = weight.shape.slice(2);
  const total = kernel.map((size, i) => (padding === "same" ? dilation[i] * (size - 1) : 2 * padding[i]));
  const size = kernel.map((taps, i) =>
    Math.floor((x.shape[i + 2] + total[i] - dilation[i] * (taps - 1) - 1) / stride[i] + 1),
  );
  const output = [x.shape[0], weight.shape[0], ...size];
  // An odd total of `same` puts the larger half at the end, as torch does.
  const before = total.map((both) => Math.floor(both / 2));
  return { input: x.shape, output, kernel, stride, padding: before, dilation, groups };
}

function check(name: string, dims: number, [x, weight, bias]: ConvInputs, attributes: ConvAttributes): void {
  for (const input of [x, weight, ...(bias ? [bias] : [])]) requireFloat(input, name);
  const { groups } = attributes;
  const axes = ["length", "height, width", "depth, height, width"][dims - 1];
  requireShape(x.rank === dims + 2, name, `an input of shape [batch, channels, ${axes}]`, x.shape);
  requireShape(weight.rank === dims + 2, name, `a weight of rank ${dims + 2}`, weight.shape);
  requireShape(
    x.shape[1] === weight.shape[1] * groups,
    name,
    () => `${weight.shape[1] * groups} input channels (weight ${shapeText(weight.shape)}, groups ${groups})`,
    () => `${x.shape[1]} in ${shapeText(x.shape)}`,
  );
  requireShape(
    weight.shape[0] % groups === 0,
    name,
    `output channels in ${groups} groups`,
    `${weight.shape[0]}`,
  );
  requireShape(
    bias === null || (bias.rank === 1 && bias.numel === weight.shape[0]),
    name,
    `a bias of shape [${weight.shape[0]}]`,
    bias?.shape ?? [],
  );
  const { output } = geometry(x, weight, attributes);
  requireShape(
    output.slice(2).every((size) => size > 0),
    name,
    () => `an input at least as large as the kernel ${shapeText(weight.shape.slice(2))}`,
    x.shape,
  );
}

function convOp(dims: number): Op<ConvInputs, ConvAttributes> {
  const name = `conv${dims}d`;
  const shapeOf = (x: Tensor, weight: Tensor, attributes: ConvAttributes): ConvShape =>
    convGeometry(geometry(x, weight, attributes));
  return {
    name,
    layout: ([x, weight, bias]) => [
      toMemoryFormat(x, "channelsLast"),
      toMemoryFormat(weight, "channelsLast"),
      bias,
    ],
    shape(inputs, attributes) {
      check(name, dims, inputs, attributes);
      return { shape: geometry(inputs[0], inputs[1], attributes).output, memoryFormat: "channelsLast" };
    },
    forward: (kernels, [x, weight, bias], y, attributes) =>
      kernels.conv(x.data, weight.data, bias?.data ?? null, y.data, shapeOf(x, weight, attributes)),
    backward(kernels: Kernels, gradient, { inputs: [x, weight, bias], attributes, needs }) {
      const shape = shapeOf(x, weight, attributes);
      const [dx, dWeight] = [x, weight].map((input, i) => (needs[i] ? new Tensor(like(input)) : null));
      if (dx) kernels.convInputGradient(gradient.data, weight.data, dx.data, shape);
      if (dWeight) kernels.convWeightGradient(x.data, gradient.data, dWeight.data, shape);
      return [dx, dWeight, bias && needs[2] ? sumRows(kernels, gradient.data, bias.numel) : null];
    },
    saves: { inputs: [true, true, false] },
  };
}

const like = ({ shape, memoryFormat }: Tensor) => ({ shape, memoryFormat });

function defineConv(dims: number) {
  const op = convOp(dims);
  const settings = optionsOf<Required<ConvOptions>>(op.name, {
    stride: 1,
    padding: 0,
    dilation: 1,
    groups: 1,
  });
  return (x: Tensor, weight: Tensor, bias: Tensor | null = null, options?: ConvOptions): Tensor =>
    applyOp(op, [x, weight, bias], convAttributes(settings(options), dims, op.name));
}

function convAttributes(
  { stride, padding, dilation, groups }: Required<ConvOptions>,
  dims: number,
  name: string,
) {
  const strides = perAxis(stride, dims, `${name} stride`, 1);
  if (padding === "same") {
    requireShape(
      strides.every((step) => step === 1),
      name,
      'stride 1 with padding "same"',
      strides,
    );
  }
  return {
    stride: strides,
    padding:
      padding === "same" ? padding : perAxis(padding === "valid" ? 0 : padding, dims, `${name} padding`, 0),
    dilation: perAxis(dilation, dims, `${name} dilation`, 1),
    groups,
  } satisfies ConvAttributes;
}

/** Convolution of (N, C, L) with a weight of (O, C / groups, k). */
export const conv1d = defineConv(1);
/** Convolution of (N, C, H, W) with a weight of (O, C / groups, kH, kW). */
export const conv2d = defineConv(2);
/** Convolution of (N, C, D, H, W) with a weight of (O, C / groups, kD, kH, kW). */
export const conv3d = defineConv(3);

import { convShape } from "@octavo/spec";
import type { ConvShape, DType, ProgramConstant } from "@octavo/spec";

import type { Shape, Step } from "../step.ts";
import type { LayerGeometry } from "./layer-geometry.ts";
import { readWindow, spatialOf, toSpatial, windowOutput } from "./spatial.ts";

/** Of a convolution or transposed convolution. */
export class ConvGeometry implements LayerGeometry {
  readonly weight: ProgramConstant;
  readonly channels: number;
  readonly #outSize: readonly number[];
  readonly #shapeAt: (batch: number) => ConvShape;
  #shape: ConvShape | null = null;

  constructor(
    weight: ProgramConstant,
    channels: number,
    outSize: readonly number[],
    shapeAt: (batch: number) => ConvShape,
  ) {
    this.weight = weight;
    this.channels = channels;
    this.#outSize = outSize;
    this.#shapeAt = shapeAt;
  }

  output({ inputs: [x] }: Step): Shape {
    return [x.shape[0], this.channels, ...this.#outSize];
  }

  shape({ inputs }: Step): ConvShape {
    const batch = Math.max(inputs[0].shape[0], 1);
    if (this.#shape?.batch !== batch) this.#shape = this.#shapeAt(batch);
    return this.#shape;
  }
}

/** Weights lie (outChannels, kernel …, inChannels / groups), as in `ConvShape`. */
export const readConv = (step: Step, weightDType: DType): ConvGeometry => step.once(findConv, weightDType);

function findConv(step: Step, weightDType: DType): ConvGeometry {
  const { weight, groups, axes, inChannels, inSize } = readOperands(step, weightDType);
  const outChannels = weight.shape[0];
  const kernel = weight.shape.slice(1, -1);
  expectChannels(step, weight, groups, weight.shape[axes + 1] * groups);
  if (outChannels % groups !== 0)
    step.fail(`a weight (multiple of ${groups}, kernel …, C)`, `[${weight.shape}]`);
  const window = readWindow(step, axes);
  const outSize = windowOutput(step, inSize, kernel, window);
  return new ConvGeometry(weight, outChannels, outSize, (batch) =>
    convShape({
      batch,
      inChannels,
      outChannels,
      groups,
      inSize: toSpatial(inSize, 1),
      outSize: toSpatial(outSize, 1),
      kernel: toSpatial(kernel, 1),
      stride: toSpatial(window.stride, 1),
      padding: toSpatial(window.paddingBefore, 0),
      dilation: toSpatial(window.dilation, 1),
    }),
  );
}

/**
 * A transposed convolution is the input gradient of a convolution from y to x, whose shape this gives. Weights lie
 * (channels of x, kernel …, channels of y / groups). Output size: (in − 1) · stride − padding + dilation · (kernel − 1) +
 * outputPadding + 1.
 */
export const readConvTranspose = (step: Step, weightDType: DType): ConvGeometry =>
  step.once(findConvTranspose, weightDType);

function findConvTranspose(step: Step, weightDType: DType): ConvGeometry {
  const { weight, groups, axes, inChannels, inSize } = readOperands(step, weightDType);
  const kernel = weight.shape.slice(1, -1);
  const channels = weight.shape[axes + 1] * groups;
  expectChannels(step, weight, groups, weight.shape[0]);
  if (inChannels % groups !== 0) step.fail(`channels divisible by ${groups} groups`, inChannels);
  const window = readWindow(step, axes);
  const outputPadding = step.integers("outputPadding", axes, 0, 0);
  const outSize = inSize.map((size, axis) => {
    const { stride, paddingBefore, paddingAfter, dilation } = window;
    if (outputPadding[axis] >= Math.max(stride[axis], dilation[axis])) {
      step.fail("an outputPadding smaller than stride or dilation", `[${outputPadding}]`);
    }
    const padding = paddingBefore[axis] + paddingAfter[axis];
    return (
      (size - 1) * stride[axis] - padding + dilation[axis] * (kernel[axis] - 1) + outputPadding[axis] + 1
    );
  });
  if (outSize.some((size) => size < 1)) step.fail("an output of at least 1 along each axis", `[${outSize}]`);
  return new ConvGeometry(weight, channels, outSize, (batch) =>
    convShape({
      batch,
      inChannels: channels,
      outChannels: inChannels,
      groups,
      inSize: toSpatial(outSize, 1),
      outSize: toSpatial(inSize, 1),
      kernel: toSpatial(kernel, 1),
      stride: toSpatial(window.stride, 1),
      padding: toSpatial(window.paddingBefore, 0),
      dilation: toSpatial(window.dilation, 1),
    }),
  );
}

function readOperands(step: Step, weightDType: DType) {
  step.expectCounts(1);
  const [x] = step.inputs;
  step.expectRank(x, 3, 5);
  step.expectChannelsLast(x);
  step.expectChannelsLast(step.outputs[0]);
  const weight = step.constant("weight", [weightDType]);
  const groups = step.integer("groups", 1, 1);
  if (weight.shape.length !== x.shape.length)
    step.fail(`an input of rank ${weight.shape.length}, as the weight [${weight.shape}]`, `[${x.shape}]`);
  if (x.shape.lastIndexOf(-1) > 0) step.fail(`'${x.name}' with the batch as its first axis`, `[${x.shape}]`);
  const inSize = spatialOf(x.shape);
  return { weight, groups, axes: inSize.length, inChannels: x.shape[1], inSize };
}

/** Of the input: the weight is what it is when a caller reads this. */
function expectChannels(step: Step, weight: ProgramConstant, groups: number, channels: number): void {
  const [{ shape }] = step.inputs;
  if (shape[1] === channels) return;
  step.fail(
    `${channels} input channels (weight [${weight.shape}], groups ${groups})`,
    `${shape[1]} in [${shape}]`,
  );
}

import { convShape } from "@octavo/spec";
import type { ConvShape, DType, ProgramConstant } from "@octavo/spec";

import type { Shape, Step } from "../step.ts";
import { readWindow, spatialOf, toSpatial, windowOutput } from "./spatial.ts";

/** A convolution or transposed convolution, read from a step and checked. */
export interface ConvGeometry {
  readonly weight: ProgramConstant;
  /** Channels of y. */
  readonly channels: number;
  /** Shape of y. */
  readonly output: Shape;
  /** For the kernels, at a batch of at least 1 (prepared weights do not depend on it). */
  shape(): ConvShape;
}

/** Weights lie (outChannels, kernel …, inChannels / groups), as in `ConvShape`. */
export function readConv(step: Step, weightDType: DType): ConvGeometry {
  const { weight, groups, axes, batch, inChannels, inSize } = readOperands(step, weightDType);
  const [outChannels, ...kernel] = weight.shape.slice(0, -1);
  if (weight.shape[axes + 1] * groups !== inChannels || outChannels % groups !== 0) {
    const expected = `a weight (multiple of ${groups}, kernel …, ${inChannels / groups})`;
    step.fail(`${expected} for an input of ${inChannels} channels`, `[${weight.shape}]`);
  }
  const window = readWindow(step, axes);
  const outSize = windowOutput(step, inSize, kernel, window);
  return {
    weight,
    channels: outChannels,
    output: [batch, outChannels, ...outSize],
    shape: () =>
      convShape({
        batch: Math.max(batch, 1),
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
  };
}

/**
 * A transposed convolution is the input gradient of a convolution from y to x, whose shape this gives. Weights lie
 * (channels of x, kernel …, channels of y / groups). Output size: (in − 1) · stride − padding + dilation · (kernel − 1) +
 * outputPadding + 1.
 */
export function readConvTranspose(step: Step, weightDType: DType): ConvGeometry {
  const { weight, groups, axes, batch, inChannels, inSize } = readOperands(step, weightDType);
  const [from, ...rest] = weight.shape;
  const kernel = rest.slice(0, -1);
  const channels = weight.shape[axes + 1] * groups;
  if (from !== inChannels)
    step.fail(
      `a weight (${inChannels}, kernel …, channels of y / groups) for an input of ${inChannels} channels`,
      `[${weight.shape}]`,
    );
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
  return {
    weight,
    channels,
    output: [batch, channels, ...outSize],
    shape: () =>
      convShape({
        batch: Math.max(batch, 1),
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
  };
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
    step.fail(`a weight of rank ${x.shape.length}`, `[${weight.shape}]`);
  const [batch, inChannels, ...inSize] = x.shape;
  if (inChannels % groups !== 0) step.fail(`channels divisible by ${groups} groups`, inChannels);
  return { weight, groups, axes: spatialOf(x.shape).length, batch, inChannels, inSize };
}

import type { Spatial } from "@octavo/spec";

import type { Shape, Step } from "../step.ts";

/** Sizes along the 1 to 3 spatial axes as (depth, height, width); absent axes get `fill`. */
export function toSpatial(sizes: readonly number[], fill: number): Spatial {
  const axes = sizes.length;
  return [
    axes > 2 ? sizes[axes - 3] : fill,
    axes > 1 ? sizes[axes - 2] : fill,
    axes > 0 ? sizes[axes - 1] : fill,
  ];
}

export const spatialOf = (shape: Shape) => shape.slice(2);

/** Window attributes of convolutions and pooling, one entry per spatial axis. */
export interface Window {
  readonly stride: readonly number[];
  readonly paddingBefore: readonly number[];
  readonly paddingAfter: readonly number[];
  readonly dilation: readonly number[];
}

/** Reads `stride`, `padding` (one entry per axis, or all befores then all afters) and `dilation`. */
export function readWindow(step: Step, axes: number, strideDefault: number | readonly number[] = 1): Window {
  const stride =
    "stride" in step.op.attributes || typeof strideDefault === "number"
      ? step.integers("stride", axes, 1, typeof strideDefault === "number" ? strideDefault : null)
      : strideDefault;
  const given = step.op.attributes.padding;
  const both = Array.isArray(given) && given.length === 2 * axes && axes > 0;
  const padding = step.integers("padding", both ? 2 * axes : axes, 0, 0);
  const dilation = step.integers("dilation", axes, 1, 1);
  return {
    stride,
    paddingBefore: padding.slice(0, axes),
    paddingAfter: both ? padding.slice(axes) : padding,
    dilation,
  };
}

/** floor or ceil((in + padding − dilation · (kernel − 1) − 1) / stride) + 1 per axis, as torch. */
export function windowOutput(
  step: Step,
  input: readonly number[],
  kernel: readonly number[],
  window: Window,
  ceil?: boolean,
): number[] {
  const { stride, paddingBefore, paddingAfter, dilation } = window;
  return input.map((size, axis) => {
    const room = size + paddingBefore[axis] + paddingAfter[axis] - dilation[axis] * (kernel[axis] - 1) - 1;
    let output = (ceil ? Math.ceil : Math.floor)(room / stride[axis]) + 1;
    // torch: the last window must begin inside the input or its left padding.
    if (ceil && (output - 1) * stride[axis] >= size + paddingBefore[axis]) output--;
    if (output < 1)
      step.fail(`a kernel that fits into the input [${input}] with its padding`, `kernel [${kernel}]`);
    return output;
  });
}

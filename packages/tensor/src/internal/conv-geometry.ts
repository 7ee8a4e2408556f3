import { convShape } from "@octavo/spec";
import type { ConvShape } from "@octavo/spec";
import { spatial } from "./spatial.ts";

/** A convolution's sizes as lists of one entry per spatial axis; shapes are torch's. */
export interface ConvSizes {
  /** Shape of the (wide) input, (N, C, spatial …). */
  readonly input: readonly number[];
  /** Shape of the output. */
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

export function convGeometry(sizes: ConvSizes): ConvShape {
  return convShape({
    batch: sizes.input[0],
    inChannels: sizes.input[1],
    outChannels: sizes.output[1],
    groups: sizes.groups,
    inSize: spatial(sizes.input.slice(2), 1),
    outSize: spatial(sizes.output.slice(2), 1),
    kernel: spatial(sizes.kernel, 1),
    stride: spatial(sizes.stride, 1),
    padding: spatial(sizes.padding, 0),
    dilation: spatial(sizes.dilation, 1),
  });
}

import { convShape, poolShape } from "@octavo/spec";
import type { ConvShape, PoolShape, Spatial } from "@octavo/spec";
import type { GoldenCase, GoldenValue } from "@octavo/testing";

/** 1 to 3 numbers as (depth, height, width), filled from the left. */
function spatial(sizes: readonly number[], filling: number): Spatial {
  return [...new Array<number>(3 - sizes.length).fill(filling), ...sizes] as unknown as Spatial;
}

/** An argument of torch that is a number for all axes or a list of one per axis. */
function perAxis(value: GoldenValue | undefined, axes: number, fallback: number): number[] {
  return Array.isArray(value)
    ? value
    : new Array<number>(axes).fill(typeof value === "number" ? value : fallback);
}

/** The convolution that takes `inShape` to `outShape` (batch, channels, sizes …) with torch's arguments. */
export function convShapeOf(
  { args }: GoldenCase,
  inShape: readonly number[],
  outShape: readonly number[],
  kernel: readonly number[],
): ConvShape {
  const axes = inShape.length - 2;
  const dilation = perAxis(args.dilation, axes, 1);
  // "same" pads what is left over at the end, which outSize says.
  const same = kernel.map((size, axis) => Math.floor((dilation[axis] * (size - 1)) / 2));
  return convShape({
    batch: inShape[0],
    inChannels: inShape[1],
    outChannels: outShape[1],
    groups: typeof args.groups === "number" ? args.groups : 1,
    inSize: spatial(inShape.slice(2), 1),
    outSize: spatial(outShape.slice(2), 1),
    kernel: spatial(kernel, 1),
    stride: spatial(perAxis(args.stride, axes, 1), 1),
    padding: spatial(args.padding === "same" ? same : perAxis(args.padding, axes, 0), 0),
    dilation: spatial(dilation, 1),
  });
}

/** The pooling that takes `inShape` to `outShape` with torch's arguments. */
export function poolShapeOf(
  { args }: GoldenCase,
  inShape: readonly number[],
  outShape: readonly number[],
): PoolShape {
  const axes = inShape.length - 2;
  const kernel = perAxis(args.kernel_size, axes, 1);
  return poolShape({
    batch: inShape[0],
    channels: inShape[1],
    inSize: spatial(inShape.slice(2), 1),
    outSize: spatial(outShape.slice(2), 1),
    kernel: spatial(kernel, 1),
    stride: spatial("stride" in args ? perAxis(args.stride, axes, 1) : kernel, 1),
    padding: spatial(perAxis(args.padding, axes, 0), 0),
    dilation: spatial(perAxis(args.dilation, axes, 1), 1),
    adaptive: "output_size" in args,
    countIncludePad: args.count_include_pad !== false,
    divisor: typeof args.divisor_override === "number" ? args.divisor_override : 0,
  });
}

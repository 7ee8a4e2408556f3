import { ArgumentError, poolShape } from "@octavo/spec";
import type { PoolShape } from "@octavo/spec";
import { requireShape, shapeText } from "./require.ts";
import { perAxis, spatial } from "./spatial.ts";
import type { PerAxis } from "./spatial.ts";
import { whereOf } from "./where.ts";

/** Windows of a pooling operation, one entry per spatial axis. */
export interface PoolAttributes {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

export interface PoolOptions {
  /** Default: the kernel's size. */
  readonly stride?: PerAxis;
  /** Positions at both ends of each axis; at most half the kernel. Default 0. */
  readonly padding?: PerAxis;
  /** Round the output's size up instead of down. Default false. */
  readonly ceilMode?: boolean;
}

export interface PoolSettings {
  /** Absent: the kernel's size. */
  readonly stride: PerAxis | undefined;
  readonly padding: PerAxis;
  readonly ceilMode: boolean;
}

export const poolDefaults: PoolSettings = { stride: undefined, padding: 0, ceilMode: false };

/** Lists of one entry per axis. @throws ArgumentError for values out of range. */
export function poolWindows(
  name: string,
  dims: number,
  kernelSize: PerAxis,
  { stride = kernelSize, padding, ceilMode }: PoolSettings,
  dilation: PerAxis = 1,
) {
  const kernel = perAxis(kernelSize, dims, `${name} kernelSize`, 1);
  const pads = perAxis(padding, dims, `${name} padding`, 0);
  if (pads.some((pad, i) => 2 * pad > kernel[i])) {
    throw new ArgumentError({
      where: whereOf(`${name} padding`),
      expected: `at most half of the kernel ${shapeText(kernel)}`,
      got: shapeText(pads),
    });
  }
  return {
    kernelSize: kernel,
    stride: perAxis(stride, dims, `${name} stride`, 1),
    padding: pads,
    dilation: perAxis(dilation, dims, `${name} dilation`, 1),
    ceilMode,
  };
}

/** (N, C, spatial …) after pooling: torch's pooling_output_shape. @throws ShapeError if a window does not fit. */
export function pooledShape(
  name: string,
  shape: readonly number[],
  { kernelSize, stride, padding, dilation, ceilMode }: PoolAttributes,
): number[] {
  const dims = kernelSize.length;
  requireShape(shape.length === dims + 2, name, `an input of rank ${dims + 2}, [batch, channels, …]`, shape);
  const size = shape.slice(2).map((length, i) => {
    const span = length + 2 * padding[i] - dilation[i] * (kernelSize[i] - 1) - 1;
    if (!ceilMode) return Math.floor(span / stride[i]) + 1;
    const windows = Math.ceil(span / stride[i]) + 1;
    // The last window must start inside the input or its left padding.
    return (windows - 1) * stride[i] >= length + padding[i] ? windows - 1 : windows;
  });
  requireShape(
    size.every((length) => length > 0),
    name,
    `an input at least as large as the kernel ${shapeText(kernelSize)}`,
    shape,
  );
  return [...shape.slice(0, 2), ...size];
}

export function poolGeometry(
  input: readonly number[],
  output: readonly number[],
  attributes: PoolAttributes | "adaptive",
): PoolShape {
  const windows = attributes === "adaptive" ? adaptiveWindows(input.length - 2) : attributes;
  return poolShape({
    batch: input[0],
    channels: input[1],
    inSize: spatial(input.slice(2), 1),
    outSize: spatial(output.slice(2), 1),
    kernel: spatial(windows.kernelSize, 1),
    stride: spatial(windows.stride, 1),
    padding: spatial(windows.padding, 0),
    dilation: spatial(windows.dilation, 1),
    adaptive: attributes === "adaptive",
    countIncludePad: windows.countIncludePad,
    divisor: windows.divisorOverride ?? 0,
  });
}

/** What the kernels do not read when windows follow from the sizes. */
function adaptiveWindows(dims: number): PoolAttributes {
  const ones = new Array<number>(dims).fill(1);
  const padding = new Array<number>(dims).fill(0);
  return {
    kernelSize: ones,
    stride: ones,
    padding,
    dilation: ones,
    ceilMode: false,
    countIncludePad: true,
    divisorOverride: null,
  };
}

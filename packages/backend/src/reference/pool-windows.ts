import type { PoolShape } from "@octavo/spec";

/** Windows of all output positions along one axis: input coordinates start ≤ i < end, every `step`. */
export interface AxisWindows {
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly step: number;
  /** Coordinates that count in an average that includes the padding. */
  readonly extent: Int32Array;
}

/** Windows along depth, height and width, clipped to the input. */
export function poolWindows(shape: PoolShape): readonly AxisWindows[] {
  return [0, 1, 2].map((axis) =>
    shape.adaptive ? adaptiveWindows(shape, axis) : slidingWindows(shape, axis),
  );
}

function slidingWindows(shape: PoolShape, axis: number): AxisWindows {
  const [size, outSize, kernel] = [shape.inSize[axis], shape.outSize[axis], shape.kernel[axis]];
  const [padding, step] = [shape.padding[axis], shape.dilation[axis]];
  const windows = emptyWindows(outSize, step);
  for (let i = 0; i < outSize; i++) {
    const first = i * shape.stride[axis] - padding;
    const end = first + (kernel - 1) * step + 1;
    windows.start[i] = first < 0 ? first + Math.ceil(-first / step) * step : first;
    windows.end[i] = Math.min(end, size);
    windows.extent[i] = Math.min(end, size + padding) - first;
  }
  return windows;
}

function adaptiveWindows(shape: PoolShape, axis: number): AxisWindows {
  const [size, outSize] = [shape.inSize[axis], shape.outSize[axis]];
  const windows = emptyWindows(outSize, 1);
  for (let i = 0; i < outSize; i++) {
    windows.start[i] = Math.floor((i * size) / outSize);
    windows.end[i] = Math.ceil(((i + 1) * size) / outSize);
    windows.extent[i] = windows.end[i] - windows.start[i];
  }
  return windows;
}

function emptyWindows(count: number, step: number): AxisWindows {
  return { start: new Int32Array(count), end: new Int32Array(count), extent: new Int32Array(count), step };
}

/** Divisor of an average over the window at (d, h, w). */
export function poolDivisor(
  shape: PoolShape,
  [depth, height, width]: readonly AxisWindows[],
  d: number,
  h: number,
  w: number,
): number {
  if (shape.divisor > 0) return shape.divisor;
  if (shape.countIncludePad) return depth.extent[d] * height.extent[h] * width.extent[w];
  return (
    (depth.end[d] - depth.start[d]) * (height.end[h] - height.start[h]) * (width.end[w] - width.start[w])
  );
}

/**
 * How elements lie in memory. Shapes are always torch's (N, C, spatial …).
 * - `contiguous`: row-major in the order of the shape.
 * - `channelsLast`: axis 1 moved to the end, then row-major (N, spatial …, C); for 3 to 5 dimensions.
 *
 * Where all axes after the first two have size 1, or axis 1 has size 1, both are the same bytes.
 */
export type MemoryFormat = "contiguous" | "channelsLast";

/** Whether the two formats put every element of this shape at the same place. */
export function formatsCoincide(shape: readonly number[]): boolean {
  if (shape.length < 3) return true;
  return shape[1] === 1 || shape.slice(2).every((size) => size === 1);
}

/** Strides in elements, per axis of `shape`, of a dense array in the given format. */
export function denseStrides(shape: readonly number[], format: MemoryFormat = "contiguous"): number[] {
  const order = shape.map((_, axis) => axis);
  if (format === "channelsLast" && shape.length >= 3) order.push(...order.splice(1, 1));
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (const axis of order.reverse()) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

export function numberOfElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

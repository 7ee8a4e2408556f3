/**
 * How elements lie in memory. Shapes are always torch's (N, C, spatial …).
 * - `contiguous`: row-major in the order of the shape.
 * - `channelsLast`: axis 1 moved to the end, then row-major (N, spatial …, C); for 3 to 5 dimensions.
 *
 * Where all axes after the first two have size 1, or axis 1 has size 1, both are the same bytes.
 */
export type MemoryFormat = "contiguous" | "channelsLast";

/** All by name, to look one up that a caller gave. */
export const memoryFormats: Readonly<Record<MemoryFormat, true>> = { contiguous: true, channelsLast: true };

/** Whether the two formats put every element of this shape at the same place. */
export function formatsCoincide(shape: readonly number[]): boolean {
  if (shape.length < 3 || shape[1] === 1) return true;
  // Asked for every tensor that is made.
  for (let axis = 2; axis < shape.length; axis++) if (shape[axis] !== 1) return false;
  return true;
}

/** The axes of a shape of this rank from the outermost in memory to the innermost: [0, 2, 3, 1] for channels-last images. */
export function memoryOrder(rank: number, format: MemoryFormat): number[] {
  const order: number[] = [];
  const last = format === "channelsLast" && rank >= 3 ? 1 : -1;
  for (let axis = 0; axis < rank; axis++) if (axis !== last) order.push(axis);
  if (last > 0) order.push(last);
  return order;
}

/** Strides in elements, per axis of `shape`, of a dense array in the given format. */
export function denseStrides(shape: readonly number[], format: MemoryFormat = "contiguous"): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (const axis of memoryOrder(shape.length, format).reverse()) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Product of the sizes; 1 for the shape [] of a scalar. */
export function numberOfElements(shape: readonly number[]): number {
  let product = 1;
  for (let axis = 0; axis < shape.length; axis++) product *= shape[axis];
  return product;
}

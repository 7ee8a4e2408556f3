import { broadcast, denseStrides, memoryOrder, numberOfElements, region } from "@octavo/spec";
import type { Broadcast, MemoryFormat, Region } from "@octavo/spec";

/** Shape and place of elements of a dense tensor. */
interface Laid {
  readonly shape: readonly number[];
  readonly memoryFormat?: MemoryFormat;
}

/** Strides of `x` along the axes of a result that it is broadcast to: 0 where it repeats. */
export function repeatingStrides(x: Laid, rank: number): number[] {
  const dense = denseStrides(x.shape, x.memoryFormat);
  const missing = rank - x.shape.length;
  return Array.from({ length: rank }, (_, axis) =>
    axis < missing || x.shape[axis - missing] === 1 ? 0 : dense[axis - missing],
  );
}

/** Whether the elements of two tensors lie in the same order: the common case, which needs no strides. */
function coincide(a: Laid, b: Laid): boolean {
  const { shape, memoryFormat = "contiguous" } = b;
  return (
    (a.memoryFormat ?? "contiguous") === memoryFormat &&
    a.shape.length === shape.length &&
    a.shape.every((size, axis) => size === shape[axis])
  );
}

/** The element-wise operation that fills `output`, in the order of its memory, from two inputs broadcast to it. */
export function broadcastTo(output: Laid, a: Laid, b: Laid): Broadcast {
  if (coincide(output, a) && coincide(output, b)) {
    return broadcast({ sizes: [numberOfElements(output.shape)], aStrides: [1], bStrides: [1] });
  }
  const rank = output.shape.length;
  const order = memoryOrder(rank, output.memoryFormat ?? "contiguous");
  const [sizes, [aStrides, bStrides]] = merge(output.shape, order, [
    repeatingStrides(a, rank),
    repeatingStrides(b, rank),
  ]);
  return broadcast({ sizes, aStrides, bStrides });
}

/** A block whose elements are visited in the order of the memory that is written. */
export function block(
  shape: readonly number[],
  from: { readonly offset?: number; readonly strides: readonly number[] },
  to: { readonly offset?: number; readonly strides: readonly number[] },
): Region {
  const order = shape.map((_, axis) => axis).sort((i, j) => to.strides[j] - to.strides[i] || i - j);
  const [sizes, [fromStrides, toStrides]] = merge(shape, order, [from.strides, to.strides]);
  return region({ fromOffset: from.offset ?? 0, toOffset: to.offset ?? 0, sizes, fromStrides, toStrides });
}

/** Axes in the given order, without those of size 1, neighbours joined where every stride allows it. */
function merge(
  shape: readonly number[],
  order: readonly number[],
  strides: readonly (readonly number[])[],
): [sizes: number[], strides: number[][]] {
  const sizes: number[] = [];
  const merged: number[][] = strides.map(() => []);
  for (const axis of order) {
    if (shape[axis] === 1) continue;
    const last = sizes.length - 1;
    const joins = last >= 0 && merged.every((kept, i) => kept[last] === strides[i][axis] * shape[axis]);
    if (joins) {
      sizes[last] *= shape[axis];
      merged.forEach((kept, i) => (kept[last] = strides[i][axis]));
    } else {
      sizes.push(shape[axis]);
      merged.forEach((kept, i) => kept.push(strides[i][axis]));
    }
  }
  if (sizes.length > 0) return [sizes, merged];
  return [[1], strides.map(() => [1])];
}

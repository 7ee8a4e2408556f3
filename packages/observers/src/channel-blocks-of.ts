import { ShapeError, channelBlocks, numberOfElements } from "@octavo/spec";
import type { ChannelBlocks, MemoryFormat } from "@octavo/spec";

/**
 * A tensor of `shape` as kernels see it: (outer, channels, inner) with channels along `axis` (negative counts from the
 * end), in the order of the memory format; (1, 1, numel) for `axis` null.
 *
 * Throws `ShapeError` for an axis that the shape does not have.
 */
export function channelBlocksOf(
  shape: readonly number[],
  axis: number | null,
  memoryFormat: MemoryFormat = "contiguous",
): ChannelBlocks {
  if (axis === null) return channelBlocks({ outer: 1, channels: 1, inner: numberOfElements(shape) });
  const channelAxis = normalizeAxis(axis, shape);
  const order = shape.map((_, index) => index);
  if (memoryFormat === "channelsLast" && shape.length >= 3) order.push(...order.splice(1, 1));
  const sizes = order.map((index) => shape[index]);
  const position = order.indexOf(channelAxis);
  return channelBlocks({
    outer: numberOfElements(sizes.slice(0, position)),
    channels: shape[channelAxis],
    inner: numberOfElements(sizes.slice(position + 1)),
  });
}

/** `axis` counted from the front: −1 of a shape of rank 4 is 3. Throws `ShapeError` outside −rank..rank − 1. */
export function normalizeAxis(axis: number, shape: readonly number[]): number {
  const rank = shape.length;
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  const expected = rank === 0 ? "a tensor with at least one axis" : `an axis from ${-rank} to ${rank - 1}`;
  throw new ShapeError({ where: "channel axis", expected, got: `axis ${axis} of shape (${shape.join(", ")})` });
}

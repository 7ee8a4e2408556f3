import { normalizeAxis } from "./axis.ts";
import { channelBlocks } from "./kernels/shapes.ts";
import type { ChannelBlocks } from "./kernels/shapes.ts";
import { memoryOrder, numberOfElements } from "./memory-format.ts";
import type { MemoryFormat } from "./memory-format.ts";

/**
 * A dense tensor as per-channel kernels see it: (outer, channels, inner) with channels along `axis` (negative counts
 * from the end), in the order of the memory format; (1, 1, numel) where `axis` is null.
 * @throws ShapeError for an axis that the shape does not have.
 */
export function channelBlocksOf(
  shape: readonly number[],
  axis: number | null,
  memoryFormat: MemoryFormat = "contiguous",
): ChannelBlocks {
  if (axis === null) return channelBlocks({ outer: 1, channels: 1, inner: numberOfElements(shape) });
  const order = memoryOrder(shape.length, memoryFormat);
  const at = order.indexOf(normalizeAxis(axis, shape, "channel axis"));
  const product = (axes: readonly number[]) => numberOfElements(axes.map((index) => shape[index]));
  return channelBlocks({
    outer: product(order.slice(0, at)),
    channels: shape[order[at]],
    inner: product(order.slice(at + 1)),
  });
}

import { denseStrides } from "@octavo/spec";
import { broadcastShape } from "../internal/broadcast-shape.ts";
import { requireFloat, requireShape, shapeText } from "../internal/require.ts";
import { requireList } from "../internal/require-list.ts";
import { block, repeatingStrides } from "../internal/strided.ts";
import { sumTo } from "../internal/sum-to.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

const expandOp: Op<[Tensor], { shape: readonly number[] }> = {
  name: "expand",
  shape: ([x], { shape }) => {
    requireFloat(x, "expand");
    const missing = shape.length - x.rank;
    const sizes = shape.map((size, axis) => (size === -1 ? x.shape[axis - missing] : size));
    requireShape(
      missing >= 0 && broadcastShape(x.shape, sizes, "expand").join() === sizes.join(),
      "expand",
      `a shape that ${shapeText(x.shape)} broadcasts to`,
      shape,
    );
    return { shape: sizes, memoryFormat: missing === 0 ? x.memoryFormat : "contiguous" };
  },
  forward: (kernels, [x], y) =>
    kernels.copyRegion(
      x.raw(),
      y.raw(),
      block(
        y.shape,
        { strides: repeatingStrides(x, y.rank) },
        { strides: denseStrides(y.shape, y.memoryFormat) },
      ),
    ),
  backward: (_, gradient, { inputs: [x] }) => [sumTo(gradient, x.shape)],
  saves: { inputs: false },
};

/** Axes of size 1 repeated to the sizes of `shape`; −1 keeps a size. Copies: memory is always dense. */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  requireList(shape, "expand");
  return applyOp(expandOp, [x], { shape });
}

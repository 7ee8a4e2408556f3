import { axisIn, axisOf } from "../internal/axis-of.ts";
import { denseStrides } from "@octavo/spec";
import type { MemoryFormat } from "@octavo/spec";
import { movedQParams } from "../internal/moved-qparams.ts";
import { requireShape } from "../internal/require.ts";
import { requireList } from "../internal/require-list.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import { block } from "../internal/strided.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

const formats: readonly MemoryFormat[] = ["contiguous", "channelsLast"];

/** Strides of x, axes in the new order. */
function movedStrides(x: Tensor, dims: readonly number[]): number[] {
  const strides = denseStrides(x.shape, x.memoryFormat);
  return dims.map((axis) => strides[axis]);
}

/** The format in which the permuted tensor has the bytes of x, if there is one. */
function viewFormat(x: Tensor, dims: readonly number[]): MemoryFormat | undefined {
  const shape = dims.map((axis) => x.shape[axis]);
  const strides = movedStrides(x, dims);
  return formats.find((format) => {
    const dense = denseStrides(shape, format);
    return shape.every((size, axis) => size === 1 || dense[axis] === strides[axis]);
  });
}

const permuteOp: Op<[Tensor], { dims: readonly number[] }> = {
  name: "permute",
  shape: ([x], { dims }) => ({
    shape: dims.map((axis) => x.shape[axis]),
    memoryFormat: viewFormat(x, dims),
    ...movedQParams(x, "permute"),
  }),
  view: ([x], _, { dims }) => viewFormat(x, dims) !== undefined,
  forward: (kernels, [x], y, { dims }) =>
    kernels.copyRegion(
      x.raw(),
      y.raw(),
      block(y.shape, { strides: movedStrides(x, dims) }, { strides: denseStrides(y.shape, y.memoryFormat) }),
    ),
  backward: (_, gradient, { attributes: { dims } }) => [
    permute(
      gradient,
      dims.map((_, axis) => dims.indexOf(axis)),
    ),
  ],
  saves: { inputs: false },
  acceptsQuantized: true,
};

/** Axes in another order: axis i of the result is axis `dims[i]` of x. Shares memory where the bytes stay in place. */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  requireTensor(x, "permute");
  requireList(dims, "permute", "a list of axes such as [0, 2, 1]");
  const axes = dims.map((axis) => axisOf(axis, x.shape, "permute"));
  requireShape(
    axes.length === x.rank && new Set(axes).size === x.rank,
    "permute",
    `each of the ${x.rank} axes once`,
    dims,
  );
  return applyOp(permuteOp, [x], { dims: axes });
}

/** Two axes exchanged. */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  const a = axisIn(x, dim0, "transpose");
  const b = axisIn(x, dim1, "transpose");
  const dims = x.shape.map((_, axis) => axis);
  [dims[a], dims[b]] = [dims[b], dims[a]];
  return permute(x, dims);
}

import { axisIn } from "../internal/axis-of.ts";
import { ArgumentError, denseStrides } from "@octavo/spec";
import { movedQParams } from "../internal/moved-qparams.ts";
import { requireShape } from "../internal/require.ts";
import { block } from "../internal/strided.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { squeeze } from "./reshape.ts";

interface Slice {
  readonly dim: number;
  readonly start: number;
  /** Exclusive; null is the end. */
  readonly end: number | null;
  readonly step: number;
}

/** First index and number of indices, as Python slices with a positive step. */
function extent(size: number, { start, end, step }: Slice): { first: number; length: number } {
  const clip = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
  const first = clip(start);
  return { first, length: Math.max(0, Math.ceil((clip(end ?? size) - first) / step)) };
}

/** Where the slice lies in x: offset and strides. */
function placeIn(x: Tensor, attributes: Slice): { offset: number; strides: number[] } {
  const strides = denseStrides(x.shape, x.memoryFormat);
  const { first } = extent(x.shape[attributes.dim], attributes);
  const offset = first * strides[attributes.dim];
  strides[attributes.dim] *= attributes.step;
  return { offset, strides };
}

const sliceOp: Op<[Tensor], Slice> = {
  name: "slice",
  shape: ([x], attributes) => ({
    shape: x.shape.with(attributes.dim, extent(x.shape[attributes.dim], attributes).length),
    memoryFormat: x.memoryFormat,
    ...movedQParams(x, "slice"),
  }),
  view: ([x], { shape }) => shape.join() === x.shape.join(),
  forward: (kernels, [x], y, attributes) =>
    kernels.copyRegion(
      x.raw(),
      y.raw(),
      block(y.shape, placeIn(x, attributes), { strides: denseStrides(y.shape, x.memoryFormat) }),
    ),
  backward(kernels, gradient, { inputs: [x], attributes }) {
    const dx = new Tensor(x);
    const from = { strides: denseStrides(gradient.shape, gradient.memoryFormat) };
    const part = block(gradient.shape, from, placeIn(x, attributes));
    // Often another part's gradient is there already, to which this one is added.
    dx.storage.defer({
      reads: [gradient.storage],
      write(to) {
        (to as Float32Array).fill(0);
        kernels.copyRegion(gradient.data, to, part);
      },
      addTo: (sum) => kernels.addRegion(gradient.data, sum, part),
    });
    return [dx];
  },
  saves: { inputs: false },
  acceptsQuantized: true,
};

/** Indices `start` up to, not including, `end` of one axis, as Python's `x[start:end:step]`; negatives from the end. */
export function slice(x: Tensor, dim: number, start = 0, end: number | null = null, step = 1): Tensor {
  if (!Number.isInteger(step) || step < 1) {
    throw new ArgumentError({ where: whereOf("slice"), expected: "a step ≥ 1", got: String(step) });
  }
  return applyOp(sliceOp, [x], { dim: axisIn(x, dim, "slice"), start, end, step });
}

/** `length` indices of one axis from `start`. @throws ShapeError if the axis is shorter. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const axis = axisIn(x, dim, "narrow");
  const size = x.shape[axis];
  const first = start < 0 ? start + size : start;
  requireShape(
    first >= 0 && length >= 0 && first + length <= size,
    "narrow",
    `a range within the ${size} indices of axis ${dim}`,
    `${length} from ${start}`,
  );
  return slice(x, dim, first, first + length);
}

/** One index of an axis, which disappears. */
export function select(x: Tensor, dim: number, index: number): Tensor {
  return squeeze(narrow(x, dim, index, 1), dim);
}

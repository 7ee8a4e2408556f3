import { axisOf } from "../internal/axis-of.ts";
import { numberOfElements } from "@octavo/spec";
import { movedQParams } from "../internal/moved-qparams.ts";
import { optionsOf } from "../internal/options-of.ts";
import { requireShape, shapeText } from "../internal/require.ts";
import { requireList } from "../internal/require-list.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

/** The same elements in torch's order under another shape: shares memory, unless x is channels-last and must be copied. */
function reshapingOp<A extends object>(
  name: string,
  shapeOf: (shape: readonly number[], attributes: A) => readonly number[],
): Op<[Tensor], A> {
  return {
    name,
    layout: ([x]) => [toMemoryFormat(x, "contiguous")],
    shape: ([x], attributes) => ({ shape: shapeOf(x.shape, attributes), ...movedQParams(x, name) }),
    view: () => true,
    forward: () => {},
    backward: (_, gradient, { inputs: [x] }) => [
      new Tensor({ shape: x.shape }, toMemoryFormat(gradient, "contiguous").storage.share()),
    ],
    saves: { inputs: false },
    acceptsQuantized: true,
  };
}

const reshapeOp = reshapingOp<{ shape: readonly number[] }>("reshape", (from, { shape }) => {
  const unknown = shape.indexOf(-1);
  const known = numberOfElements(shape.filter((size) => size !== -1));
  const result = unknown < 0 ? shape : shape.with(unknown, numberOfElements(from) / known);
  requireShape(
    numberOfElements(result) === numberOfElements(from) &&
      result.every((size) => Number.isInteger(size) && size >= 0),
    "reshape",
    () => `a shape of ${numberOfElements(from)} elements, as ${shapeText(from)} has`,
    shape,
  );
  return result;
});

/** The elements in torch's order under another shape; one size may be −1. @throws ShapeError if the sizes do not fit. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  requireList(shape, "reshape");
  return applyOp(reshapeOp, [x], { shape });
}

const flattenOp = reshapingOp<{ startDim: number; endDim: number }>(
  "flatten",
  (shape, { startDim, endDim }) => {
    if (shape.length === 0) return [1];
    const start = axisOf(startDim, shape, "flatten");
    const end = axisOf(endDim, shape, "flatten");
    requireShape(start <= end, "flatten", "startDim ≤ endDim", `${startDim} and ${endDim}`);
    return [...shape.slice(0, start), numberOfElements(shape.slice(start, end + 1)), ...shape.slice(end + 1)];
  },
);

const flattenSettings = optionsOf("flatten", { startDim: 0, endDim: -1 });

/** Axes `startDim` to `endDim`, inclusive, as one; default: all. */
export function flatten(
  x: Tensor,
  options?: { readonly startDim?: number; readonly endDim?: number },
): Tensor {
  return applyOp(flattenOp, [x], flattenSettings(options));
}

const squeezeOp = reshapingOp<{ dim: number | null }>("squeeze", (shape, { dim }) => {
  if (dim === null) return shape.filter((size) => size !== 1);
  const axis = axisOf(dim, shape, "squeeze");
  return shape.filter((size, i) => i !== axis || size !== 1);
});

/** Without the axes of size 1, or without `dim` if its size is 1. */
export function squeeze(x: Tensor, dim?: number): Tensor {
  return applyOp(squeezeOp, [x], { dim: dim ?? null });
}

const unsqueezeOp = reshapingOp<{ dim: number }>("unsqueeze", (shape, { dim }) => {
  const axis = axisOf(dim, [...shape, 1], "unsqueeze");
  return [...shape.slice(0, axis), 1, ...shape.slice(axis)];
});

/** With a new axis of size 1 at `dim`. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  return applyOp(unsqueezeOp, [x], { dim });
}

import { denseStrides, entryOf } from "@octavo/spec";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat, requireShape } from "../internal/require.ts";
import { requireList } from "../internal/require-list.ts";
import { block } from "../internal/strided.ts";
import { whereOf } from "../internal/where.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { slice } from "./slice.ts";

export type PadMode = "constant" | "reflect" | "replicate" | "circular";

interface PadAxis {
  readonly dim: number;
  readonly before: number;
  readonly after: number;
  readonly mode: PadMode;
  readonly value: number;
}

/** Indices of the result that are copied: `length` from `to`, read at `from`, `from + step` … */
interface Run {
  readonly to: number;
  readonly from: number;
  readonly step: number;
  readonly length: number;
}

/** What lies in the padding of an axis of `size`; nothing where it is constant. */
const paddings: { readonly [M in PadMode]: (size: number, before: number, after: number) => Run[] } = {
  constant: () => [],
  reflect: (size, before, after) => [
    { to: 0, from: before, step: -1, length: before },
    { to: before + size, from: size - 2, step: -1, length: after },
  ],
  replicate: (size, before, after) => [
    { to: 0, from: 0, step: 0, length: before },
    { to: before + size, from: size - 1, step: 0, length: after },
  ],
  circular: (size, before, after) => [
    { to: 0, from: size - before, step: 1, length: before },
    { to: before + size, from: 0, step: 1, length: after },
  ],
};

function* blocksOf(x: Tensor, y: Tensor, { dim, before, after, mode }: PadAxis) {
  const size = x.shape[dim];
  const runs = [{ to: before, from: 0, step: 1, length: size }, ...paddings[mode](size, before, after)];
  const [xStrides, yStrides] = [x, y].map(({ shape, memoryFormat }) => denseStrides(shape, memoryFormat));
  for (const { to, from, step, length } of runs) {
    if (length === 0) continue;
    yield {
      shape: x.shape.with(dim, length),
      inX: { offset: from * xStrides[dim], strides: xStrides.with(dim, step * xStrides[dim]) },
      inY: { offset: to * yStrides[dim], strides: yStrides },
    };
  }
}

const padOp: Op<[Tensor], PadAxis> = {
  name: "pad",
  shape([x], { dim, before, after }) {
    requireFloat(x, "pad");
    return { shape: x.shape.with(dim, before + x.shape[dim] + after), memoryFormat: x.memoryFormat };
  },
  forward(kernels, [x], y, attributes) {
    if (attributes.mode === "constant") y.data.fill(attributes.value);
    for (const { shape, inX, inY } of blocksOf(x, y, attributes)) {
      kernels.copyRegion(x.data, y.data, block(shape, inX, inY));
    }
  },
  backward(kernels, gradient, { inputs: [x], attributes }) {
    const dx = new Tensor(x);
    const [whole, ...padding] = blocksOf(x, gradient, attributes);
    if (whole) kernels.copyRegion(gradient.data, dx.data, block(whole.shape, whole.inY, whole.inX));
    for (const { shape, inX, inY } of padding) {
      kernels.addRegion(gradient.data, dx.data, block(shape, inY, inX));
    }
    return [dx];
  },
  saves: { inputs: false },
};

/** How far each mode can reach on an axis of a size. */
const reach: { readonly [M in PadMode]: (size: number) => number } = {
  constant: () => Infinity,
  replicate: () => Infinity,
  reflect: (size) => size - 1,
  circular: (size) => size,
};

const settings = optionsOf<{ mode: PadMode; value: number }>("pad", { mode: "constant", value: 0 });

/**
 * Pads the last axes, as torch.nn.functional.pad: `padding` is [before, after] of the last axis, then of the one before
 * it, and so on. Negative amounts crop.
 * @param options.mode what the padding holds: `value` (default 0), or elements of x.
 * @throws ArgumentError, ShapeError
 */
export function pad(
  x: Tensor,
  padding: readonly number[],
  options?: { readonly mode?: PadMode; readonly value?: number },
): Tensor {
  const { mode, value } = settings(options);
  requireList(padding, "pad", "a list of amounts such as [1, 1]");
  entryOf(paddings, mode, whereOf("pad"), "mode");
  requireShape(
    padding.length % 2 === 0 && padding.length <= 2 * x.rank,
    "pad",
    `pairs for at most ${x.rank} axes`,
    padding,
  );
  let result = x;
  for (let i = 0; i < padding.length; i += 2) {
    const dim = x.rank - 1 - i / 2;
    const size = x.shape[dim];
    const [before, after] = padding.slice(i, i + 2);
    const limit = reach[mode](size);
    requireShape(
      before <= limit && after <= limit,
      "pad",
      `at most ${limit} on axis ${dim} with mode ${mode}`,
      `${before}, ${after}`,
    );
    requireShape(size + before + after >= 0, "pad", `an axis of at least ${-before - after}`, `${size}`);
    if (before < 0 || after < 0) {
      result = slice(result, dim, Math.max(0, -before), size - Math.max(0, -after));
    }
    const amounts = { before: Math.max(0, before), after: Math.max(0, after) };
    if (amounts.before > 0 || amounts.after > 0)
      result = applyOp(padOp, [result], { dim, ...amounts, mode, value });
  }
  return result;
}

import { axisOf } from "./axis-of.ts";
import { channelBlocks, formatsCoincide, memoryOrder } from "@octavo/spec";
import type { Kernels, MemoryFormat } from "@octavo/spec";
import { applyOp } from "../op.ts";
import type { Op, Saved } from "../op.ts";
import { toMemoryFormat } from "../ops/to-memory-format.ts";
import { Tensor } from "../tensor.ts";
import { optionsOf } from "./options-of.ts";
import { requireFloat } from "./require.ts";
import { requireList } from "./require-list.ts";
import { requireTensor } from "./require-tensor.ts";

export interface ReduceOptions {
  /** Axis or axes to reduce, negative from the end; default: all. */
  readonly dim?: number | readonly number[];
  /** Keep reduced axes with size 1. */
  readonly keepdim?: boolean;
}

export interface ReduceAttributes {
  readonly dim: readonly number[];
  readonly keepdim: boolean;
}

/** How a reduction reads its options. */
export function reduceOptionsOf(name: string) {
  return optionsOf<{ dim: ReduceOptions["dim"]; keepdim: boolean }>(name, { dim: undefined, keepdim: false });
}

type Reduction = Op<[Tensor], ReduceAttributes>;

/** A reduction over any axes by the kernel `reduce`, with its gradient rule. */
export function reduction(
  name: string,
  code: number,
  backward: (gradient: Tensor, saved: Saved<[Tensor], ReduceAttributes>) => Tensor,
  saves: Reduction["saves"],
): (x: Tensor, options?: ReduceOptions) => Tensor {
  const op: Reduction = {
    name,
    layout: ([x], attributes) => [keepsFormat(x, attributes) ? x : toMemoryFormat(x, "contiguous")],
    shape: ([x], attributes) => {
      requireFloat(x, name);
      return { shape: reducedShape(x, attributes), memoryFormat: x.memoryFormat };
    },
    forward: (kernels, [x], y, { dim }) => reduceRuns(kernels, code, x, y, dim),
    backward: (_, gradient, saved) => [backward(gradient, saved)],
    saves,
  };
  const settings = reduceOptionsOf(name);
  return (x, options) => {
    requireTensor(x, name);
    const { dim, keepdim } = settings(options);
    return applyOp(op, [x], { dim: normalizeAxes(dim, x.shape, name), keepdim });
  };
}

/** Distinct axes, counted from the front, in order; all if `dim` is absent. */
export function normalizeAxes(
  dim: number | readonly number[] | undefined,
  shape: readonly number[],
  where: string,
): readonly number[] {
  if (dim === undefined) return shape.map((_, axis) => axis);
  const given = typeof dim === "number" ? [dim] : dim;
  requireList(given, where, "an axis or a list of axes");
  const axes = new Set(given.map((axis) => axisOf(axis, shape, where)));
  return [...axes].sort((a, b) => a - b);
}

/** Sizes after reducing, and the axes' places where they stay with size 1. */
export function reducedShape(
  x: { readonly shape: readonly number[] },
  { dim, keepdim }: ReduceAttributes,
): readonly number[] {
  if (keepdim) return x.shape.map((size, axis) => (dim.includes(axis) ? 1 : size));
  return x.shape.filter((_, axis) => !dim.includes(axis));
}

/** Whether what is left of `x` lies in memory as its format says for the result's shape. */
function keepsFormat(x: Tensor, attributes: ReduceAttributes): boolean {
  if (x.memoryFormat === "contiguous" || attributes.keepdim) return true;
  const left = memoryOrder(x.rank, x.memoryFormat).filter((axis) => !attributes.dim.includes(axis));
  const shape = reducedShape(x, attributes);
  const format: MemoryFormat = formatsCoincide(shape) ? "contiguous" : x.memoryFormat;
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !attributes.dim.includes(axis));
  return memoryOrder(shape.length, format).every((axis, i) => kept[axis] === left[i]);
}

/** Reduces one run of neighbouring axes after the other, the innermost first. */
function reduceRuns(kernels: Kernels, code: number, x: Tensor, y: Tensor, dim: readonly number[]): void {
  const runs: { size: number; reduced: boolean }[] = [];
  for (const axis of memoryOrder(x.rank, x.memoryFormat)) {
    const reduced = dim.includes(axis);
    const last = runs[runs.length - 1];
    if (last?.reduced === reduced) last.size *= x.shape[axis];
    else runs.push({ size: x.shape[axis], reduced });
  }
  if (!runs.some(({ reduced }) => reduced)) runs.push({ size: 1, reduced: true });
  let from = x;
  for (let i = runs.length - 1; i >= 0; i--) {
    if (!runs[i].reduced) continue;
    const outer = runs.slice(0, i).reduce((product, { size }) => product * size, 1);
    const inner = runs.slice(i + 1).reduce((product, { size }) => product * size, 1);
    const isLast = !runs.slice(0, i).some(({ reduced }) => reduced);
    const to = isLast ? y : new Tensor({ shape: [outer * inner] });
    kernels.reduce(code, from.data, to.data, channelBlocks({ outer, channels: runs[i].size, inner }));
    runs[i].size = 1;
    from = to;
  }
}

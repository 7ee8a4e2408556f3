import { axisIn } from "../internal/axis-of.ts";
import { channelBlocksOf } from "@octavo/spec";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat } from "../internal/require.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { flatten } from "./reshape.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

export interface ArgExtremumOptions {
  /** Axis to search; default: all elements, in torch's order. */
  readonly dim?: number;
  readonly keepdim?: boolean;
}

function define(name: string, largest: 0 | 1) {
  const op: Op<[Tensor], { dim: number; keepdim: boolean }> = {
    name,
    layout: ([x]) => [toMemoryFormat(x, "contiguous")],
    shape([x], { dim, keepdim }) {
      requireFloat(x, name);
      const shape = keepdim ? x.shape.with(dim, 1) : x.shape.toSpliced(dim, 1);
      return { shape, dtype: "int32" };
    },
    forward: (kernels, [x], y, { dim }) =>
      kernels.argReduce(x.data, y.raw<Int32Array>(), largest, channelBlocksOf(x.shape, dim)),
  };
  const settings = optionsOf<{ dim: number | undefined; keepdim: boolean }>(name, {
    dim: undefined,
    keepdim: false,
  });
  return (x: Tensor, options?: ArgExtremumOptions): Tensor => {
    const { dim, keepdim } = settings(options);
    if (dim === undefined) return applyOp(op, [flatten(x)], { dim: 0, keepdim: false });
    return applyOp(op, [x], { dim: axisIn(x, dim, name), keepdim });
  };
}

/** Index of the largest element, int32; the first of equal ones. */
export const argmax = define("argmax", 1);
/** Index of the smallest element, int32; the first of equal ones. */
export const argmin = define("argmin", 0);

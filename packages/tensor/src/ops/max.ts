import { axisIn } from "../internal/axis-of.ts";
import { channelBlocksOf, poolShape } from "@octavo/spec";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat } from "../internal/require.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { amax, amin } from "./extremum.ts";
import { argmax, argmin } from "./arg-extremum.ts";
import { neg } from "./pointwise.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

interface Along {
  readonly dim: number;
  readonly keepdim: boolean;
}

/** The reduced axis as the width of a pooling window that covers it. */
function windowOver(x: Tensor, dim: number) {
  const { outer, channels, inner } = channelBlocksOf(x.shape, dim);
  return poolShape({
    batch: outer,
    channels: inner,
    inSize: [1, 1, channels],
    outSize: [1, 1, 1],
    kernel: [1, 1, channels],
    stride: [1, 1, channels],
    padding: [0, 0, 0],
    dilation: [1, 1, 1],
    adaptive: false,
    countIncludePad: true,
    divisor: 0,
  });
}

const maxAlongOp: Op<[Tensor], Along> = {
  name: "max",
  layout: ([x]) => [toMemoryFormat(x, "contiguous")],
  shape([x], { dim, keepdim }) {
    requireFloat(x, "max");
    return { shape: keepdim ? x.shape.with(dim, 1) : x.shape.toSpliced(dim, 1) };
  },
  forward(kernels, [x], y, { dim }) {
    const indices = new Tensor({ shape: y.shape, dtype: "int32" });
    kernels.maxPool(x.data, y.data, indices.raw<Int32Array>(), windowOver(x, dim));
    return [indices];
  },
  // Only the first of equal maxima gets the gradient, as in torch.max(x, dim).
  backward(kernels, gradient, { inputs: [x], extra: [indices], attributes: { dim } }) {
    const dx = new Tensor({ shape: x.shape });
    const dense = toMemoryFormat(gradient, "contiguous");
    kernels.maxPoolGradient(dense.data, indices.raw<Int32Array>(), dx.data, windowOver(x, dim));
    return [dx];
  },
  saves: { inputs: false },
};

export interface Extremes {
  readonly values: Tensor;
  /** int32; the first of equal ones. */
  readonly indices: Tensor;
}

export interface ExtremesOptions {
  readonly dim: number;
  readonly keepdim?: boolean;
}

const maxSettings = optionsOf<Along>("max", { dim: undefined, keepdim: false });
const minSettings = optionsOf<Along>("min", { dim: undefined, keepdim: false });

function along(x: Tensor, dim: number, keepdim: boolean): Tensor {
  return applyOp(maxAlongOp, [x], { dim: axisIn(x, dim, "max"), keepdim });
}

/** The largest element; with `dim`, those along an axis with their indices. */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, options: ExtremesOptions): Extremes;
export function max(x: Tensor, options?: ExtremesOptions): Tensor | Extremes {
  if (options === undefined) return amax(x);
  const { dim, keepdim } = maxSettings(options);
  return { values: along(x, dim, keepdim), indices: argmax(x, { dim, keepdim }) };
}

/** The smallest element; with `dim`, those along an axis with their indices. */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, options: ExtremesOptions): Extremes;
export function min(x: Tensor, options?: ExtremesOptions): Tensor | Extremes {
  if (options === undefined) return amin(x);
  const { dim, keepdim } = minSettings(options);
  return { values: neg(along(neg(x), dim, keepdim)), indices: argmin(x, { dim, keepdim }) };
}

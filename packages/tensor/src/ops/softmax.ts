import { axisIn } from "../internal/axis-of.ts";
import { formatsCoincide } from "@octavo/spec";
import type { FloatKernels, MemoryFormat } from "@octavo/spec";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat } from "../internal/require.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { transpose } from "./permute.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

type Forward = "softmax" | "logSoftmax";
type Dim = { readonly dim: number };

/** The format whose name says that axis `dim` is the innermost in memory, if there is one. */
function formatWithLast({ shape }: Tensor, dim: number): MemoryFormat | null {
  if (dim === shape.length - 1) return "contiguous";
  return dim === 1 && !formatsCoincide(shape) ? "channelsLast" : null;
}

function define(name: Forward) {
  const gradientName = `${name}Gradient` as const satisfies keyof FloatKernels;
  const op: Op<[Tensor], Dim> = {
    name,
    layout: ([x], { dim }) => [toMemoryFormat(x, formatWithLast(x, dim)!)],
    shape([x]) {
      requireFloat(x, name);
      return { shape: x.shape, memoryFormat: x.memoryFormat };
    },
    forward: (kernels, [x], y, { dim }) =>
      kernels[name](x.data, y.data, x.numel / x.shape[dim], x.shape[dim]),
    backward(kernels, gradient, { inputs: [x], output: y, attributes: { dim } }) {
      const dx = new Tensor(x);
      kernels[gradientName](y.data, gradient.data, dx.data, x.numel / x.shape[dim], x.shape[dim]);
      return [dx];
    },
    saves: { inputs: false, output: true },
  };
  const settings = optionsOf(name, { dim: -1 });
  return (x: Tensor, options?: { readonly dim?: number }): Tensor => {
    const axis = axisIn(x, settings(options).dim, name);
    if (formatWithLast(x, axis)) return applyOp(op, [x], { dim: axis });
    return transpose(applyOp(op, [transpose(x, axis, -1)], { dim: x.rank - 1 }), axis, -1);
  };
}

/** e^x / Σ e^x along `dim`, the last axis by default. */
export const softmax = define("softmax");
/** log softmax(x) along `dim`, computed without under- or overflow. */
export const logSoftmax = define("logSoftmax");

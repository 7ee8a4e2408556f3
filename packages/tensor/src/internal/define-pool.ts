import type { PoolShape } from "@octavo/spec";
import { isGradEnabled } from "../autograd.ts";
import type { Op } from "../op.ts";
import { toMemoryFormat } from "../ops/to-memory-format.ts";
import { Tensor } from "../tensor.ts";
import { movedQParams } from "./moved-qparams.ts";
import { requireFloat } from "./require.ts";

/** How a pooling operation finds its windows. */
interface Windows<A extends object> {
  readonly name: string;
  /** Shape of the result; throws if the input does not fit. */
  outputShape(shape: readonly number[], attributes: A): readonly number[];
  geometry(input: readonly number[], output: readonly number[], attributes: A): PoolShape;
}

/** The largest value of each window; also of quantized tensors, since rounding keeps order. */
export function maxPoolOp<A extends object>({ name, outputShape, geometry }: Windows<A>): Op<[Tensor], A> {
  return {
    name,
    layout: ([x]) => [toMemoryFormat(x, "channelsLast")],
    shape: ([x], attributes) => ({
      shape: outputShape(x.shape, attributes),
      memoryFormat: "channelsLast",
      ...movedQParams(x, name),
    }),
    forward(kernels, [x], y, attributes) {
      const wanted = isGradEnabled() && x.requiresGrad;
      const indices = wanted
        ? new Tensor({ shape: y.shape, dtype: "int32", memoryFormat: "channelsLast" })
        : null;
      kernels.maxPool(
        x.raw(),
        y.raw(),
        indices?.raw<Int32Array>() ?? null,
        geometry(x.shape, y.shape, attributes),
      );
      return indices ? [indices] : [];
    },
    backward(kernels, gradient, { inputs: [x], extra: [indices], attributes }) {
      const dx = new Tensor(x);
      const shape = geometry(x.shape, gradient.shape, attributes);
      kernels.maxPoolGradient(gradient.data, indices.raw<Int32Array>(), dx.data, shape);
      return [dx];
    },
    saves: { inputs: false },
    acceptsQuantized: true,
  };
}

/** The mean of each window. */
export function avgPoolOp<A extends object>({ name, outputShape, geometry }: Windows<A>): Op<[Tensor], A> {
  return {
    name,
    layout: ([x]) => [toMemoryFormat(x, "channelsLast")],
    shape([x], attributes) {
      requireFloat(x, name);
      return { shape: outputShape(x.shape, attributes), memoryFormat: "channelsLast" };
    },
    forward: (kernels, [x], y, attributes) =>
      kernels.avgPool(x.data, y.data, geometry(x.shape, y.shape, attributes)),
    backward(kernels, gradient, { inputs: [x], attributes }) {
      const dx = new Tensor(x);
      kernels.avgPoolGradient(gradient.data, dx.data, geometry(x.shape, gradient.shape, attributes));
      return [dx];
    },
    saves: { inputs: false },
  };
}

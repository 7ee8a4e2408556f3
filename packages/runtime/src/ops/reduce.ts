import { channelBlocks, memoryOrder, poolShape, ReduceOp } from "@octavo/spec";
import type { PoolShape, Q8, ReduceOpName } from "@octavo/spec";

import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/**
 * Sum, mean, … over `axes`, float32; mean and max also of 8-bit values, y with x's qparams. Attributes: `operator`, a name
 * of `ReduceOp`; `axes`; `keepDim` false. The axes must be neighbours in memory, and the others keep their order (else a
 * permute goes before it).
 */
export const reduce: OpDefinition = {
  name: "reduce",
  version: 1,
  kernels: (step) => [step.inputs[0].dtype === "float32" ? "reduce" : quantizedKernelOf(step)],

  check(step) {
    step.expectCounts(1);
    const [x] = step.inputs;
    step.expectDType(x, "float32", "quint8", "qint8");
    step.expectSameNumbers(x, step.outputs[0]);
    if (x.dtype !== "float32") quantizedKernelOf(step);
    const { axes, keepDim, order, first } = read(step);
    if (order.slice(first, first + axes.length).some((axis) => !axes.includes(axis))) {
      step.fail(
        "axes that are neighbours in memory",
        `[${axes}] of ${x.memoryFormat}`,
        "Put a permute before it.",
      );
    }
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const output = keepDim ? kept : kept.filter((_, axis) => !axes.includes(axis));
    const sizes = order.map((axis) => kept[axis]).filter((size) => size !== 1);
    const ySizes = memoryOrder(output.length, step.outputs[0].memoryFormat)
      .map((axis) => output[axis])
      .filter((size) => size !== 1);
    if (sizes.join() !== ySizes.join()) {
      step.fail(
        "an output whose memory has x's order",
        step.outputs[0].memoryFormat,
        "Put a permute or reshape beside it.",
      );
    }
    return [output];
  },

  bind(step, buffers, kernels) {
    const { axes, order, first, operator } = read(step);
    const { shape, dtype } = step.inputs[0];
    const product = (some: readonly number[]) => some.reduce((size, axis) => size * shape[axis], 1);
    const outer = product(order.slice(0, first));
    const count = product(axes);
    const inner = product(order.slice(first + axes.length));
    if (dtype === "float32") {
      const [x] = buffers.inputs as Float32Array[];
      const [y] = buffers.outputs as Float32Array[];
      const blocks = channelBlocks({ outer, channels: count, inner });
      return () => kernels.reduce(operator, x, y, blocks);
    }
    const [x] = buffers.inputs as Q8[];
    const [y] = buffers.outputs as Q8[];
    const window = wholeWindow(outer, count, inner);
    if (quantizedKernelOf(step) === "maxPool") return () => kernels.maxPool(x, y, null, window);
    const { zeroPoint, quantMin, quantMax } = step.quantized8(step.outputs[0]).qparams;
    return () => kernels.quantizedAvgPool(x, y, zeroPoint, quantMin, quantMax, window);
  },
};

const quantizedKernels: Readonly<Record<string, "quantizedAvgPool" | "maxPool">> = {
  mean: "quantizedAvgPool",
  max: "maxPool",
};

/** Reducing integers is pooling with one window. */
function quantizedKernelOf(step: Step): "quantizedAvgPool" | "maxPool" {
  const operator = step.choice("operator", Object.keys(ReduceOp) as ReduceOpName[]);
  return (
    quantizedKernels[operator] ??
    step.fail("operator mean or max for 8-bit values", operator, "Put a dequantize before it.")
  );
}

/** (outer, count, inner) as images of one line: count is its width, inner its channels. */
function wholeWindow(outer: number, count: number, inner: number): PoolShape {
  return poolShape({
    batch: outer,
    channels: inner,
    inSize: [1, 1, count],
    outSize: [1, 1, 1],
    kernel: [1, 1, 1],
    stride: [1, 1, 1],
    padding: [0, 0, 0],
    dilation: [1, 1, 1],
    adaptive: true,
    countIncludePad: true,
    divisor: 0,
  });
}

function read(step: Step) {
  const [x] = step.inputs;
  const rank = x.shape.length;
  const { axes: given } = step.op.attributes;
  const axes = step.integers("axes", Array.isArray(given) ? given.length : 1, 0, null);
  if (axes.length === 0 || new Set(axes).size < axes.length || axes.some((axis) => axis >= rank)) {
    step.fail(`axes: different ones of 0 … ${rank - 1}`, `[${axes}]`);
  }
  const order = memoryOrder(x.shape.length, x.memoryFormat);
  return {
    axes,
    order,
    first: Math.min(...axes.map((axis) => order.indexOf(axis))),
    keepDim: step.boolean("keepDim", false),
    operator: ReduceOp[step.choice("operator", Object.keys(ReduceOp) as ReduceOpName[])],
  };
}

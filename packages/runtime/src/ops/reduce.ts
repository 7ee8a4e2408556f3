import { channelBlocks, memoryOrder, ReduceOp } from "@octavo/spec";
import type { ReduceOpName } from "@octavo/spec";

import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/**
 * Sum, mean, … over `axes`, float32. Attributes: `operator`, a name of `ReduceOp`; `axes`; `keepDim` false.
 * The axes must be neighbours in memory, and the others keep their order (else a permute goes before it).
 */
export const reduce: OpDefinition = {
  name: "reduce",
  version: 1,
  kernels: ["reduce"],

  check(step) {
    step.expectCounts(1);
    const [x] = step.inputs;
    for (const value of [x, ...step.outputs]) step.expectDType(value, "float32");
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
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { shape } = step.inputs[0];
    const product = (some: readonly number[]) => some.reduce((size, axis) => size * shape[axis], 1);
    const blocks = channelBlocks({
      outer: product(order.slice(0, first)),
      channels: product(axes),
      inner: product(order.slice(first + axes.length)),
    });
    return () => kernels.reduce(operator, x, y, blocks);
  },
};

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

import { BinaryOp, broadcast, memoryOrder } from "@octavo/spec";
import type { BinaryOpName, ProgramValue } from "@octavo/spec";

import { broadcastShape, broadcastStrides } from "../internal/broadcasting.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/**
 * y = f(a, b), float32, broadcast as in torch. b is the second input, or the constant `b` (row-major).
 * Attributes: `operator`, a name of `BinaryOp`.
 */
export const binary: OpDefinition = {
  name: "binary",
  version: 1,
  kernels: ["binary"],

  check(step) {
    step.expectCounts(step.has("b") ? 1 : 2);
    for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
    operatorOf(step);
    const [a, b] = operands(step);
    return [broadcastShape(step, a.shape, b.shape)];
  },

  prepare(step): { b?: ReturnType<typeof asIs> } {
    return step.has("b") ? { b: asIs(step.constant("b", ["float32"]).data) } : {};
  },

  bind(step, buffers, kernels) {
    const [a, b] = operands(step);
    const [to] = step.outputs;
    const order = memoryOrder(to.shape.length, to.memoryFormat);
    const strides = (value: Operand) => {
      const all = broadcastStrides(value, to);
      return order.map((axis) => all[axis]);
    };
    const shape = broadcast({
      sizes: order.map((axis) => to.shape[axis]),
      aStrides: strides(a),
      bStrides: strides(b),
    });
    const operator = operatorOf(step);
    const [x, second = buffers.constants.b] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    return () => kernels.binary(operator, x, second as Float32Array, y, shape);
  },
};

type Operand = Pick<ProgramValue, "shape" | "memoryFormat">;

function operands(step: Step): Operand[] {
  if (!step.has("b")) return [...step.inputs];
  return [step.inputs[0], { shape: step.constant("b", ["float32"]).shape, memoryFormat: "contiguous" }];
}

function operatorOf(step: Step): number {
  return BinaryOp[step.choice("operator", Object.keys(BinaryOp) as BinaryOpName[])];
}

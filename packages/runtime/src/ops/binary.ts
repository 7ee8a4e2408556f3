import { BinaryOp, broadcast, denseStrides, memoryOrder } from "@octavo/spec";
import type { BinaryOpName, ProgramValue } from "@octavo/spec";

import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Shape, Step } from "../step.ts";

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
      const own = denseStrides(value.shape, value.memoryFormat);
      const skipped = to.shape.length - value.shape.length;
      const all = to.shape.map((_, axis) =>
        axis < skipped || value.shape[axis - skipped] === 1 ? 0 : own[axis - skipped],
      );
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

function broadcastShape(step: Step, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) step.fail("shapes that broadcast", `[${a}] and [${b}]`);
    return x === 1 ? y : x;
  });
}

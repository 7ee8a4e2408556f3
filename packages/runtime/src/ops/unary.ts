import { UnaryOp } from "@octavo/spec";
import type { UnaryOpName } from "@octavo/spec";

import { expectAligned } from "../internal/elementwise.ts";
import type { OpDefinition } from "../op-definition.ts";

/** y = f(x), float32. Attributes: `operator`, a name of `UnaryOp`; its parameters `alpha` and `beta`, 0 when absent. */
export const unary: OpDefinition = {
  name: "unary",
  version: 1,
  kernels: ["unary"],
  inPlace: () => [0],

  check(step) {
    step.expectCounts(1);
    for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
    expectAligned(step, step.inputs[0], step.outputs[0]);
    step.choice("operator", Object.keys(UnaryOp) as UnaryOpName[]);
    step.number("alpha", 0);
    step.number("beta", 0);
    return [step.inputs[0].shape];
  },

  bind(step, buffers, kernels) {
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const operator = UnaryOp[step.choice("operator", Object.keys(UnaryOp) as UnaryOpName[])];
    const alpha = step.number("alpha", 0);
    const beta = step.number("beta", 0);
    return () => kernels.unary(operator, x, y, alpha, beta);
  },
};

import { givenFloats } from "../internal/given-floats.ts";
import type { OpDefinition } from "../op-definition.ts";

const roles = ["weight", "bias"] as const;
type Role = (typeof roles)[number];

/**
 * (x − mean) / √(biased variance + eps) over the last axis, float32, contiguous: layer, group and instance norm.
 * Constants, one or both: `weight` and `bias`, float32 [columns], which the result is multiplied by and then added to. Attributes: `eps` 1e-5.
 */
export const rowNorm: OpDefinition = {
  name: "rowNorm",
  version: 1,
  kernels: ["rowNorm"],

  check(step) {
    step.expectCounts(1);
    const [x] = step.inputs;
    for (const value of [x, ...step.outputs]) {
      step.expectDType(value, "float32");
      step.expectContiguous(value);
      step.expectRank(value, 1, 8);
    }
    if (step.number("eps", 1e-5) <= 0) step.fail("eps above 0", step.number("eps", 1e-5));
    for (const role of roles) step.optionalConstant(role, ["float32"], x.shape.slice(-1));
    return [x.shape];
  },

  prepare: (step) => givenFloats(step, ...roles),

  bind(step, buffers, kernels) {
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { shape } = step.inputs[0];
    const columns = shape[shape.length - 1];
    const { weight = null, bias = null } = buffers.constants as Partial<Record<Role, Float32Array>>;
    const eps = step.number("eps", 1e-5);
    return () => kernels.rowNorm(x, weight, bias, y, null, x.length / columns, columns, eps);
  },
};

import { readConv } from "../internal/conv-geometry.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/** float32 convolution. Values and attributes as in `conv`; constants `weight` (O, kernel …, C / groups) and `bias` (O), both float32. */
export const floatConv: OpDefinition = {
  name: "floatConv",
  version: 1,
  kernels: ["conv"],

  check(step) {
    for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
    const { channels, output } = readConv(step, "float32");
    step.optionalConstant("bias", ["float32"], [channels]);
    return [output];
  },

  prepare(step) {
    const bias = step.optionalConstant("bias", ["float32"]);
    return {
      weight: asIs(step.constant("weight", ["float32"]).data),
      ...(bias && { bias: asIs(bias.data) }),
    };
  },

  bind(step, buffers, kernels) {
    const shape = readConv(step, "float32").shape();
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { weight, bias = null } = buffers.constants as { weight: Float32Array; bias?: Float32Array };
    return () => kernels.conv(x, weight, bias, y, shape);
  },
};

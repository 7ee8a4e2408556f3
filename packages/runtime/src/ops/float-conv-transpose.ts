import { readConvTranspose } from "../internal/conv-geometry.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/** float32 transposed convolution. Values and attributes as in `convTranspose`; constants `weight` and `bias`, both float32. */
export const floatConvTranspose: OpDefinition = {
  name: "floatConvTranspose",
  version: 1,
  kernels: ["convInputGradient", "channelAffine"],

  check(step) {
    for (const value of [...step.inputs, ...step.outputs]) step.expectDType(value, "float32");
    const { channels, output } = readConvTranspose(step, "float32");
    step.optionalConstant("bias", ["float32"], [channels]);
    return [output];
  },

  prepare(step) {
    const bias = step.optionalConstant("bias", ["float32"]);
    return {
      weight: asIs(step.constant("weight", ["float32"]).data),
      ...(bias && { bias: asIs(bias.data), ones: asIs(new Float32Array(bias.data.length).fill(1)) }),
    };
  },

  bind(step, buffers, kernels) {
    const { channels, shape: shapeOf } = readConvTranspose(step, "float32");
    const shape = shapeOf();
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { weight, bias, ones } = buffers.constants as Record<string, Float32Array>;
    const rows = y.length / channels;
    return () => {
      kernels.convInputGradient(x, weight, y, shape);
      if (bias) kernels.channelAffine(y, ones, bias, y, rows, channels);
    };
  },
};

import { readConvTranspose } from "../internal/conv-geometry.ts";
import { checkFloatLayer, prepareFloatBias, readFloatWeight } from "../internal/float-layer.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/** float32 transposed convolution. Values and attributes as in `convTranspose`; constants `weight` and `bias`, both float32. */
export const floatConvTranspose: OpDefinition = {
  name: "floatConvTranspose",
  version: 1,
  kernels: ["convInputGradient", "channelAffine"],

  check(step) {
    const { channels, output } = readConvTranspose(step, "float32");
    checkFloatLayer(step, channels);
    return [output];
  },

  prepare(step) {
    const { bias } = prepareFloatBias(step);
    // The kernel has no bias: it is added by channelAffine, with a scale of 1.
    const ones = bias && { bias, ones: asIs(new Float32Array(bias.length).fill(1)) };
    return { weight: asIs(readFloatWeight(step)), ...ones };
  },

  bind(step, buffers, kernels) {
    const { channels, shape: shapeOf } = readConvTranspose(step, "float32");
    const shape = shapeOf();
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { weight, bias, ones } = buffers.constants as Record<"weight" | "ones", Float32Array> & {
      bias?: Float32Array;
    };
    const rows = y.length / channels;
    return () => {
      kernels.convInputGradient(x, weight, y, shape);
      if (bias) kernels.channelAffine(y, ones, bias, null, y, rows, channels);
    };
  },
};

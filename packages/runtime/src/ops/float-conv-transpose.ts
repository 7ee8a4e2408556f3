import { readConvTranspose } from "../internal/conv-geometry.ts";
import {
  checkFloatLayer,
  prepareEpilogue,
  readFloatRange,
  readFloatWeight,
} from "../internal/float-layer.ts";
import { givenFloats } from "../internal/given-floats.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * float32 transposed convolution. Values and geometry as in `convTranspose`; constants `weight` and `bias`, both float32.
 * Attributes `low`, `high` as in `floatConv`.
 */
export const floatConvTranspose: OpDefinition = {
  name: "floatConvTranspose",
  version: 1,
  kernels: ["convInputGradient", "channelAffine"],

  check(step) {
    const geometry = readConvTranspose(step, "float32");
    checkFloatLayer(step, geometry.channels);
    readFloatRange(step);
    return [geometry.output(step)];
  },

  prepare(step) {
    const { channels } = readConvTranspose(step, "float32");
    const rest = { ...givenFloats(step, "bias"), ...prepareEpilogue(step) };
    // The kernel has no bias and no clamp: these are channelAffine's, with a scale of 1.
    const ones = Object.keys(rest).length > 0 && { ones: asIs(new Float32Array(channels).fill(1)) };
    return { weight: asIs(readFloatWeight(step)), ...rest, ...ones };
  },

  bind(step, buffers, kernels) {
    const geometry = readConvTranspose(step, "float32");
    const { channels } = geometry;
    const shape = geometry.shape(step);
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { weight, ones, bias = null, epilogue = null } = buffers.constants as Constants;
    const rows = y.length / channels;
    return () => {
      kernels.convInputGradient(x, weight, y, shape);
      if (ones) kernels.channelAffine(y, ones, bias, epilogue, y, rows, channels);
    };
  },
};

type Constants = Record<"weight", Float32Array> & Partial<Record<"ones" | "bias" | "epilogue", Float32Array>>;

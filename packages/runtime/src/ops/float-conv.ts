import { readConv } from "../internal/conv-geometry.ts";
import { convMethod } from "../internal/conv-method.ts";
import { bindFloatConv, checkFloatLayer, prepareFloatConv, readFloatRange } from "../internal/float-layer.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * float32 convolution. Values and geometry as in `conv`; constants `weight` (O, kernel …, C / groups) and `bias` (O), both float32.
 * Attributes `low`, `high`: y is clamped to this range, which has no such end when absent.
 */
export const floatConv: OpDefinition = {
  name: "floatConv",
  version: 1,
  kernels: ["packedConv"],
  method: convMethod,

  check(step) {
    const { channels, output } = readConv(step, "float32");
    checkFloatLayer(step, channels);
    readFloatRange(step);
    return [output];
  },

  prepare: (step, kernels) => prepareFloatConv(step, kernels, readConv(step, "float32").shape()),

  bind: (step, buffers, kernels) => bindFloatConv(step, buffers, kernels, readConv(step, "float32").shape()),
};

import type { TypedArray } from "@octavo/spec";

import { readConv } from "../internal/conv-geometry.ts";
import { convMethod } from "../internal/conv-method.ts";
import { checkFloatLayer, readFloatRange, readFloatWeight } from "../internal/float-layer.ts";
import { givenFloats } from "../internal/given-floats.ts";
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
    const geometry = readConv(step, "float32");
    checkFloatLayer(step, geometry.channels);
    readFloatRange(step);
    return [geometry.output(step)];
  },

  prepare(step, kernels) {
    const shape = readConv(step, "float32").shape(step);
    const packed = {
      array: Uint8Array,
      length: kernels.convPackedBytes(shape),
      fill: (target: TypedArray) => kernels.convPack(readFloatWeight(step), target as Uint8Array, shape),
    };
    return { packed, ...givenFloats(step, "bias") };
  },

  bind(step, buffers, kernels) {
    const shape = readConv(step, "float32").shape(step);
    const { low, high } = readFloatRange(step);
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { packed, bias = null } = buffers.constants as { packed: Uint8Array; bias?: Float32Array };
    return () => kernels.packedConv(x, packed, bias, y, shape, low, high);
  },
};

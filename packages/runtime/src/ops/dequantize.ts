import { channelBlocks } from "@octavo/spec";
import type { QInt } from "@octavo/spec";

import { expectAligned } from "../internal/elementwise.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/** x 8-bit → y float32, element by element; no attributes. */
export const dequantize: OpDefinition = {
  name: "dequantize",
  version: 1,
  kernels: ["dequantize"],

  check(step) {
    step.expectCounts(1);
    step.quantized8(step.inputs[0]);
    step.expectDType(step.outputs[0], "float32");
    expectAligned(step, step.inputs[0], step.outputs[0]);
    return [step.inputs[0].shape];
  },

  prepare(step) {
    const { scale, zeroPoint } = step.quantized8(step.inputs[0]).qparams;
    return { scale: asIs(Float32Array.of(scale)), zeroPoint: asIs(Int32Array.of(zeroPoint)) };
  },

  bind(_, { inputs, outputs, constants }, kernels) {
    const x = inputs[0] as QInt;
    const y = outputs[0] as Float32Array;
    const { scale, zeroPoint } = constants as { scale: Float32Array; zeroPoint: Int32Array };
    const blocks = channelBlocks({ outer: 1, channels: 1, inner: y.length });
    return () => kernels.dequantize(x, scale, zeroPoint, y, blocks);
  },
};

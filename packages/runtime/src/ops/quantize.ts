import { channelBlocks } from "@octavo/spec";
import type { QInt } from "@octavo/spec";

import { expectAligned } from "../internal/elementwise.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/** x float32 → y of the output's dtype and qparams, element by element; no attributes. */
export const quantize: OpDefinition = {
  name: "quantize",
  version: 1,
  kernels: ["quantize"],

  check(step) {
    step.expectCounts(1);
    step.expectDType(step.inputs[0], "float32");
    step.quantized8(step.outputs[0]);
    expectAligned(step, step.inputs[0], step.outputs[0]);
    return [step.inputs[0].shape];
  },

  prepare(step) {
    const { scale, zeroPoint } = step.quantized8(step.outputs[0]).qparams;
    return { scale: asIs(Float32Array.of(scale)), zeroPoint: asIs(Int32Array.of(zeroPoint)) };
  },

  bind(step, { inputs, outputs, constants }, kernels) {
    const { quantMin, quantMax } = step.quantized8(step.outputs[0]).qparams;
    const x = inputs[0] as Float32Array;
    const y = outputs[0] as QInt;
    const { scale, zeroPoint } = constants as { scale: Float32Array; zeroPoint: Int32Array };
    const blocks = channelBlocks({ outer: 1, channels: 1, inner: x.length });
    return () => kernels.quantize(x, scale, zeroPoint, y, blocks, quantMin, quantMax);
  },
};

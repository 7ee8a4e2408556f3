import { expectAligned } from "../internal/elementwise.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/** y = x · scale[c] + shift[c], float32, c along axis 1 (batch norm in evaluation). Constants: `scale` and, optional, `shift`, [C]. */
export const channelAffine: OpDefinition = {
  name: "channelAffine",
  version: 1,
  kernels: ["channelAffine"],
  inPlace: () => [0],

  check(step) {
    step.expectCounts(1);
    const [x] = step.inputs;
    const [y] = step.outputs;
    for (const value of [x, y]) step.expectDType(value, "float32");
    step.expectRank(x, 2, 5);
    step.expectChannelsLast(x);
    expectAligned(step, x, y);
    step.constant("scale", ["float32"], [x.shape[1]]);
    step.optionalConstant("shift", ["float32"], [x.shape[1]]);
    return [x.shape];
  },

  prepare(step) {
    const shift = step.optionalConstant("shift", ["float32"]);
    return {
      scale: asIs(step.constant("scale", ["float32"]).data),
      ...(shift && { shift: asIs(shift.data) }),
    };
  },

  bind(_, buffers, kernels) {
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { scale, shift = null } = buffers.constants as { scale: Float32Array; shift?: Float32Array };
    return () => kernels.channelAffine(x, scale, shift, null, y, x.length / scale.length, scale.length);
  },
};

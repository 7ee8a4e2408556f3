import { expectAligned } from "../internal/elementwise.ts";
import { prepareEpilogue, readFloatRange } from "../internal/float-layer.ts";
import { givenFloats } from "../internal/given-floats.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * y = x · scale[c] + shift[c], float32, c along axis 1 (batch norm in evaluation). Constants: `scale` and, optional, `shift`, [C].
 * Attributes `low`, `high` as in `floatConv`.
 */
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
    readFloatRange(step);
    return [x.shape];
  },

  prepare(step) {
    const { data } = step.constant("scale", ["float32"]);
    return { scale: asIs(data), ...givenFloats(step, "shift"), ...prepareEpilogue(step) };
  },

  bind(_, buffers, kernels) {
    const [x] = buffers.inputs as Float32Array[];
    const [y] = buffers.outputs as Float32Array[];
    const { scale, shift = null, epilogue = null } = buffers.constants as Constants;
    const rows = x.length / scale.length;
    return () => kernels.channelAffine(x, scale, shift, epilogue, y, rows, scale.length);
  },
};

type Constants = { scale: Float32Array; shift?: Float32Array; epilogue?: Float32Array };

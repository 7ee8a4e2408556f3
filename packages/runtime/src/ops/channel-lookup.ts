import type { Q8 } from "@octavo/spec";

import { expectAligned } from "../internal/elementwise.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * As `lookup` with a table of its own for each channel of x (N, C, …), channels-last: batch norm, prelu.
 * Constants: `tables` of y's dtype, [C, 256].
 */
export const channelLookup: OpDefinition = {
  name: "channelLookup",
  version: 1,
  kernels: ["quantizedChannelLookup"],

  check(step) {
    step.expectCounts(1);
    const [x] = step.inputs;
    const y = step.quantized8(step.outputs[0]);
    step.quantized8(x);
    step.expectRank(x, 2, 5);
    step.expectChannelsLast(x);
    expectAligned(step, x, y);
    const { quantMin, quantMax } = y.qparams;
    const tables = step.constant("tables", [y.dtype], [x.shape[1], 256]);
    const outside = (tables.data as Q8).find((q) => q < quantMin || q > quantMax);
    if (outside !== undefined) step.fail(`table entries within ${quantMin} … ${quantMax}`, outside);
    return [x.shape];
  },

  prepare: (step) => ({ tables: asIs(step.constant("tables", ["quint8", "qint8"]).data) }),

  bind(step, buffers, kernels) {
    const [x] = buffers.inputs as Q8[];
    const [y] = buffers.outputs as Q8[];
    const tables = buffers.constants.tables as Q8;
    const [, channels] = step.inputs[0].shape;
    return () => kernels.quantizedChannelLookup(x, tables, y, channels);
  },
};

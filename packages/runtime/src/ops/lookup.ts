import type { Q8 } from "@octavo/spec";

import { expectAligned } from "../internal/elementwise.ts";
import { asIs } from "../op-definition.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * y = table[x − smallest integer of x's dtype]: any function of one 8-bit value (ReLU, a change of scale, sigmoid, …).
 * Constants: `table` of y's dtype, [256].
 */
export const lookup: OpDefinition = {
  name: "lookup",
  version: 1,
  kernels: ["quantizedLookup"],
  inPlace: () => [0],

  check(step) {
    step.expectCounts(1);
    const [x] = step.inputs;
    const y = step.quantized8(step.outputs[0]);
    step.quantized8(x);
    expectAligned(step, x, y);
    const { quantMin, quantMax } = y.qparams;
    const outside = (step.constant("table", [y.dtype], [256]).data as Q8).find(
      (q) => q < quantMin || q > quantMax,
    );
    if (outside !== undefined) step.fail(`table entries within ${quantMin} … ${quantMax}`, outside);
    return [x.shape];
  },

  prepare: (step) => ({ table: asIs(step.constant("table", ["quint8", "qint8"]).data) }),

  bind(_, buffers, kernels) {
    const [x] = buffers.inputs as Q8[];
    const [y] = buffers.outputs as Q8[];
    const table = buffers.constants.table as Q8;
    return () => kernels.quantizedLookup(x, table, y);
  },
};

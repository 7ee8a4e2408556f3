import { memoryOrder } from "@octavo/spec";

import { expectAligned } from "../internal/elementwise.ts";
import type { OpDefinition } from "../op-definition.ts";

/** Softmax along `axis`, which must be innermost in memory (the last, or the channels of channels-last); float32. */
export const softmax = alongLastAxis("softmax");

/** Its logarithm, likewise. */
export const logSoftmax = alongLastAxis("logSoftmax");

function alongLastAxis(name: "softmax" | "logSoftmax"): OpDefinition {
  return {
    name,
    version: 1,
    kernels: [name],

    check(step) {
      step.expectCounts(1);
      const [x] = step.inputs;
      for (const value of [x, ...step.outputs]) step.expectDType(value, "float32");
      expectAligned(step, x, step.outputs[0]);
      const axis = step.axis("axis", x.shape.length);
      const innermost = memoryOrder(x.shape.length, x.memoryFormat)[x.shape.length - 1];
      if (axis !== innermost)
        step.fail(`axis ${innermost}, innermost in memory`, axis, "Put a permute before it.");
      return [x.shape];
    },

    bind(step, buffers, kernels) {
      const [x] = buffers.inputs as Float32Array[];
      const [y] = buffers.outputs as Float32Array[];
      const { shape } = step.inputs[0];
      const columns = shape[step.axis("axis", shape.length)];
      return () => kernels[name](x, y, x.length / columns, columns);
    },
  };
}

import type { Q8 } from "@octavo/spec";

import { readPool } from "../internal/pool-geometry.ts";
import type { OpDefinition } from "../op-definition.ts";
import type { Step } from "../step.ts";

/**
 * Mean over windows of 1 to 3 spatial axes, of float32 or 8-bit values; y has x's qparams.
 * Attributes: `outputSize` (adaptive), or `kernel`, `stride` (the kernel), `padding` 0, `ceilMode` false,
 * `countIncludePad` true, `divisor` 0 (the window's size), as `torch.nn.AvgPool2d`.
 */
export const avgPool: OpDefinition = {
  name: "avgPool",
  version: 1,
  kernels: ({ inputs: [x] }) => [x.dtype === "float32" ? "avgPool" : "quantizedAvgPool"],

  check: (step) => [read(step).output],

  bind(step, buffers, kernels) {
    const shape = read(step).shape();
    if (step.inputs[0].dtype === "float32") {
      const [x] = buffers.inputs as Float32Array[];
      const [y] = buffers.outputs as Float32Array[];
      return () => kernels.avgPool(x, y, shape);
    }
    const { zeroPoint, quantMin, quantMax } = step.quantized8(step.outputs[0]).qparams;
    const [x] = buffers.inputs as Q8[];
    const [y] = buffers.outputs as Q8[];
    return () => kernels.quantizedAvgPool(x, y, zeroPoint, quantMin, quantMax, shape);
  },
};

function read(step: Step) {
  return readPool(step, {
    countIncludePad: step.boolean("countIncludePad", true),
    divisor: step.integer("divisor", 0, 0),
  });
}

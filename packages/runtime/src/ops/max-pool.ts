import { readPool } from "../internal/pool-geometry.ts";
import type { OpDefinition } from "../op-definition.ts";

/**
 * Maximum over windows of 1 to 3 spatial axes, of float32 or 8-bit values; y has x's qparams.
 * Attributes: `outputSize` (adaptive), or `kernel`, `stride` (the kernel), `padding` 0, `dilation` 1, `ceilMode` false, as `torch.nn.MaxPool2d`.
 */
export const maxPool: OpDefinition = {
  name: "maxPool",
  version: 1,
  kernels: ["maxPool"],

  check: (step) => [readPool(step).output],

  bind(step, { inputs: [x], outputs: [y] }, kernels) {
    const shape = readPool(step).shape();
    return () => kernels.maxPool(x, y, null, shape);
  },
};

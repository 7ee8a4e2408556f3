import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

const cloneOp: Op<[Tensor]> = {
  name: "clone",
  shape: ([{ shape, dtype, memoryFormat, qparams }]) => ({ shape, dtype, memoryFormat, qparams }),
  forward: (_, [x], y) => y.raw().set(x.raw() as never),
  backward: (_, gradient) => [gradient],
  saves: { inputs: false },
  acceptsQuantized: true,
};

/** A copy in memory of its own. Gradients flow through it: `x.detach().clone()` is one without history. */
export function clone(x: Tensor): Tensor {
  return applyOp(cloneOp, [x], {});
}

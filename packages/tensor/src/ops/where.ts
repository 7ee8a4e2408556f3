import { broadcastShape } from "../internal/broadcast-shape.ts";
import { requireFloat } from "../internal/require.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { tensor } from "../factories.ts";
import { Tensor } from "../tensor.ts";
import { expand } from "./expand.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

type Inputs = [condition: Tensor, x: Tensor, y: Tensor];

const whereOp: Op<Inputs> = {
  name: "where",
  layout: (inputs) => inputs.map((input) => toMemoryFormat(input, "contiguous")),
  shape([, x, y]) {
    for (const input of [x, y]) requireFloat(input, "where");
    return { shape: x.shape };
  },
  // A loop, not a kernel: it is bound by memory, and the engine compiles it.
  forward(_, [condition, x, y], result) {
    const [chooses, ifTrue, ifFalse, to] = [condition.raw(), x.data, y.data, result.data];
    for (let i = 0; i < to.length; i++) to[i] = chooses[i] ? ifTrue[i] : ifFalse[i];
  },
  backward(_, gradient, { inputs: [condition, x, y] }) {
    const chooses = condition.raw();
    const [dx, dy] = [new Tensor(x), new Tensor(y)];
    gradient.data.forEach((value, i) => {
      dx.data[i] = chooses[i] ? value : 0;
      dy.data[i] = chooses[i] ? 0 : value;
    });
    return [null, dx, dy];
  },
  saves: { inputs: [true, false, false] },
};

/** Elements of `x` where `condition` (any dtype) is not 0, of `y` elsewhere; broadcast, as torch.where. @throws ShapeError */
export function where(condition: Tensor, x: Tensor, y: Tensor): Tensor {
  const shape = broadcastShape(broadcastShape(condition.shape, x.shape, "where"), y.shape, "where");
  const whole = (input: Tensor) => (input.shape.join() === shape.join() ? input : expand(input, shape));
  return applyOp(whereOp, [whole(asFloat(condition)), whole(x), whole(y)], {});
}

/** What broadcasts is float32. */
function asFloat(condition: Tensor): Tensor {
  if (condition.dtype === "float32") return condition.detach();
  const values = Float32Array.from(condition.toArray() as Iterable<number | bigint>, (x) => (x ? 1 : 0));
  return tensor(values, condition.shape);
}

import { axisIn } from "../internal/axis-of.ts";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat } from "../internal/require.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

/** Sums up to each element along an axis of a contiguous tensor, or, from the end, down to it. */
function addUp(from: Tensor, to: Tensor, dim: number, fromEnd: boolean): void {
  const [x, y] = [from.data, to.data];
  const length = from.shape[dim];
  const inner = from.shape.slice(dim + 1).reduce((product, size) => product * size, 1);
  for (let i = 0; i < x.length; i++) {
    const place = fromEnd ? x.length - 1 - i : i;
    const position = Math.floor(place / inner) % length;
    const isFirst = position === (fromEnd ? length - 1 : 0);
    y[place] = isFirst ? x[place] : y[place + (fromEnd ? inner : -inner)] + x[place];
  }
}

const cumsumOp: Op<[Tensor], { dim: number }> = {
  name: "cumsum",
  layout: ([x]) => [toMemoryFormat(x, "contiguous")],
  shape([x]) {
    requireFloat(x, "cumsum");
    return { shape: x.shape };
  },
  // A loop, not a kernel: each sum waits for the one before.
  forward: (_, [x], y, { dim }) => addUp(x, y, dim, false),
  // An element is in its own sum and in all later ones.
  backward(_, gradient, { inputs: [x], attributes: { dim } }) {
    const dx = new Tensor(x);
    addUp(gradient, dx, dim, true);
    return [dx];
  },
  saves: { inputs: false },
};

const settings = optionsOf<{ dim: number }>("cumsum", { dim: undefined });

/** Sums of the elements up to each, along the axis `dim`, as torch.cumsum. @throws ShapeError for an axis that is not there. */
export function cumsum(x: Tensor, options: { readonly dim: number }): Tensor {
  return applyOp(cumsumOp, [x], { dim: axisIn(x, settings(options).dim, "cumsum") });
}

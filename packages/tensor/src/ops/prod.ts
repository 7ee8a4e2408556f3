import { BinaryOp, broadcast, ReduceOp } from "@octavo/spec";
import type { Kernels } from "@octavo/spec";
import { kernels as currentKernels } from "@octavo/backend";
import { reduction } from "../internal/define-reduction.ts";
import { Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { permute } from "./permute.ts";
import { reshape } from "./reshape.ts";

/**
 * For each element the product of all others along axis 0, (n, m): those before it times those after it, so that zeros
 * need no division.
 */
function productsOfOthers(kernels: Kernels, x: Tensor): Tensor {
  const [n, m] = x.shape;
  const shape = broadcast({ sizes: [m], aStrides: [1], bStrides: [1] });
  const row = (of: Tensor, i: number) => of.data.subarray(i * m, (i + 1) * m);
  const [before, after] = [0, 1].map(() => new Tensor({ shape: [n, m] }));
  row(before, 0).fill(1);
  row(after, n - 1).fill(1);
  for (let i = 1; i < n; i++) {
    kernels.binary(BinaryOp.mul, row(before, i - 1), row(x, i - 1), row(before, i), shape);
    kernels.binary(BinaryOp.mul, row(after, n - i), row(x, n - i), row(after, n - i - 1), shape);
  }
  return mul(before, after);
}

/** Product over all elements, or over the axes `dim`. */
export const prod = reduction(
  "prod",
  ReduceOp.prod,
  (gradient, { inputs: [x], attributes }) => {
    const { dim } = attributes;
    const order = [...dim, ...x.shape.map((_, axis) => axis).filter((axis) => !dim.includes(axis))];
    const moved = permute(x, order);
    const m = gradient.numel;
    const others = productsOfOthers(currentKernels(), reshape(moved, [x.numel / m, m]));
    const scaled = mul(others, reshape(gradient, [1, m]));
    const inverse = order.map((_, axis) => order.indexOf(axis));
    return permute(reshape(scaled, moved.shape), inverse);
  },
  { inputs: true },
);

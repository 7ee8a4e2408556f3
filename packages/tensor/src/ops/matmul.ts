import { gemmShape, numberOfElements } from "@octavo/spec";
import { broadcastShape } from "../internal/broadcast-shape.ts";
import { optionsOf } from "../internal/options-of.ts";
import { requireFloat, requireShape, shapeText } from "../internal/require.ts";
import { requireTensor } from "../internal/require-tensor.ts";
import { sumTo } from "../internal/sum-to.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { expand } from "./expand.ts";
import { squeeze, unsqueeze } from "./reshape.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Rows and columns of the last two axes, as multiplied. */
function matrix({ shape }: Tensor, transposed: boolean): [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

const batchOf = (x: Tensor) => x.shape.slice(0, -2);

/** a · b over the last two axes; leading axes are equal, or one side has a single matrix. */
const matmulOp: Op<[Tensor, Tensor], MatmulAttributes> = {
  name: "matmul",
  layout: ([a, b]) => [toMemoryFormat(a, "contiguous"), toMemoryFormat(b, "contiguous")],
  shape([a, b], { transposeA, transposeB }) {
    requireFloat(a, "matmul");
    requireFloat(b, "matmul");
    const [m, k] = matrix(a, transposeA);
    const [inner, n] = matrix(b, transposeB);
    requireShape(
      k === inner,
      "matmul",
      "as many columns on the left as rows on the right",
      `${shapeText(a.shape)} and ${shapeText(b.shape)}`,
    );
    return { shape: [...broadcastShape(batchOf(a), batchOf(b), "matmul"), m, n] };
  },
  forward(kernels, [a, b], y, { transposeA, transposeB }) {
    const [m, k] = matrix(a, transposeA);
    const [, n] = matrix(b, transposeB);
    const stride = (x: Tensor, size: number) => (numberOfElements(batchOf(x)) === 1 ? 0 : size);
    const shape = gemmShape({
      batch: numberOfElements(batchOf(y)),
      m,
      n,
      k,
      transposeA,
      transposeB,
      strideA: stride(a, m * k),
      strideB: stride(b, k * n),
      strideC: m * n,
      accumulate: false,
    });
    kernels.gemm(a.data, b.data, null, y.data, shape);
  },
  // C = A B:  dA = dC Bᵀ,  dB = Aᵀ dC; the transposed forms follow by transposing both sides.
  backward(_, g, { inputs: [a, b], attributes: { transposeA, transposeB }, needs }) {
    const product = (x: Tensor, y: Tensor, left: boolean, right: boolean) =>
      applyOp(matmulOp, [x, y], { transposeA: left, transposeB: right });
    const da = () => (transposeA ? product(b, g, transposeB, true) : product(g, b, false, !transposeB));
    const db = () => (transposeB ? product(g, a, true, transposeA) : product(a, g, !transposeA, false));
    return [needs[0] ? sumTo(da(), a.shape) : null, needs[1] ? sumTo(db(), b.shape) : null];
  },
  saves: { inputs: true },
};

/**
 * Matrix product, as torch.matmul: the last two axes are matrices, leading ones broadcast; a vector counts as a row on
 * the left and as a column on the right.
 * @throws ShapeError
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  requireTensor(a, "matmul");
  requireTensor(b, "matmul");
  requireShape(a.rank > 0 && b.rank > 0, "matmul", "vectors, matrices or batches of them", "a scalar");
  if (b.rank === 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  if (a.rank === 1) return squeeze(matmul(unsqueeze(a, 0), b), -2);
  const batch = broadcastShape(batchOf(a), batchOf(b), "matmul");
  const whole = (x: Tensor) => {
    const own = batchOf(x);
    const repeats = numberOfElements(own) !== 1 && own.join() !== batch.join();
    return repeats ? expand(x, [...batch, ...x.shape.slice(-2)]) : x;
  };
  return applyOp(matmulOp, [whole(a), whole(b)], { transposeA: false, transposeB: false });
}

/** Products of equally many matrices, (b, m, k) and (b, k, n). @throws ShapeError */
export function bmm(a: Tensor, b: Tensor): Tensor {
  requireTensor(a, "bmm");
  requireTensor(b, "bmm");
  requireShape(
    a.rank === 3 && b.rank === 3 && a.shape[0] === b.shape[0],
    "bmm",
    "two batches of equally many matrices",
    `${shapeText(a.shape)} and ${shapeText(b.shape)}`,
  );
  return matmul(a, b);
}

const addmmSettings = optionsOf("addmm", { beta: 1, alpha: 1 });

/** beta · c + alpha · a b */
export function addmm(
  c: Tensor,
  a: Tensor,
  b: Tensor,
  options?: { readonly beta?: number; readonly alpha?: number },
): Tensor {
  const { beta, alpha } = addmmSettings(options);
  const scaled = (x: Tensor, factor: number) => (factor === 1 ? x : mul(x, factor));
  return add(scaled(c, beta), scaled(matmul(a, b), alpha));
}

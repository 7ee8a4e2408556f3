import { gemmShape } from "@octavo/spec";
import { requireFloat, requireShape } from "../internal/require.ts";
import { sumRows } from "../internal/sum-rows.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

type LinearInputs = [x: Tensor, weight: Tensor, bias: Tensor | null];

const one = { batch: 1, strideA: 0, strideB: 0, strideC: 0, accumulate: false } as const;

const linearOp: Op<LinearInputs> = {
  name: "linear",
  layout: ([x, weight, bias]) => [toMemoryFormat(x, "contiguous"), weight, bias],
  shape([x, weight, bias]) {
    for (const input of [x, weight, ...(bias ? [bias] : [])]) requireFloat(input, "linear");
    requireShape(weight.rank === 2, "linear", "a weight of shape [out, in]", weight.shape);
    const [outFeatures, inFeatures] = weight.shape;
    requireShape(
      x.rank > 0 && x.shape[x.rank - 1] === inFeatures,
      "linear",
      `an input whose last axis has ${inFeatures} features`,
      x.shape,
    );
    requireShape(
      bias === null || bias.shape.join() === String(outFeatures),
      "linear",
      `a bias of shape [${outFeatures}]`,
      bias?.shape ?? [],
    );
    return { shape: x.shape.with(x.rank - 1, outFeatures) };
  },
  forward(kernels, [x, weight, bias], y) {
    const [n, k] = weight.shape;
    const shape = gemmShape({ ...one, m: y.numel / n, n, k, transposeA: false, transposeB: true });
    kernels.gemm(x.data, weight.data, bias?.data ?? null, y.data, shape);
  },
  // y = x Wᵀ + b:  dx = dy W,  dW = dyᵀ x,  db = Σ dy
  backward(kernels, gradient, { inputs: [x, weight, bias], needs }) {
    const [out, features] = weight.shape;
    const rows = gradient.numel / out;
    const dx = needs[0] ? new Tensor({ shape: x.shape }) : null;
    const dWeight = needs[1] ? new Tensor({ shape: weight.shape }) : null;
    const dy = gradient.data;
    if (dx) {
      const shape = gemmShape({ ...one, m: rows, n: features, k: out, transposeA: false, transposeB: false });
      kernels.gemm(dy, weight.data, null, dx.data, shape);
    }
    if (dWeight) {
      const shape = gemmShape({ ...one, m: out, n: features, k: rows, transposeA: true, transposeB: false });
      kernels.gemm(dy, x.data, null, dWeight.data, shape);
    }
    return [dx, dWeight, bias && needs[2] ? sumRows(kernels, gradient.data, out) : null];
  },
  saves: { inputs: [true, true, false] },
};

/** x · weightᵀ + bias for x of (…, in), weight of (out, in). @throws ShapeError */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return applyOp(linearOp, [x, weight, bias], {});
}

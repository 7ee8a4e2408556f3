import { requireFloat, requireShape } from "../internal/require.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

const rowNormOp: Op<[Tensor], { eps: number }> = {
  name: "rowNorm",
  layout: ([x]) => [toMemoryFormat(x, "contiguous")],
  shape([x]) {
    requireFloat(x, "rowNorm");
    requireShape(x.rank >= 1 && x.shape[x.rank - 1] > 0, "rowNorm", "an input with a last axis", x.shape);
    return { shape: x.shape };
  },
  forward(kernels, [x], y, { eps }) {
    const columns = x.shape[x.rank - 1];
    const invStd = new Tensor({ shape: [x.numel / columns] });
    kernels.rowNorm(x.data, y.data, invStd.data, invStd.numel, columns, eps);
    return [invStd];
  },
  backward(kernels, gradient, { output: y, extra: [invStd] }) {
    const dx = new Tensor(y);
    kernels.rowNormGradient(
      y.data,
      gradient.data,
      invStd.data,
      dx.data,
      invStd.numel,
      y.numel / invStd.numel,
    );
    return [dx];
  },
  saves: { inputs: false, output: true },
};

/** (x − mean) / √(biased variance + eps) over the last axis: what layer, group and instance norm have in common. */
export function rowNorm(x: Tensor, { eps = 1e-5 }: { eps?: number } = {}): Tensor {
  return applyOp(rowNormOp, [x], { eps });
}

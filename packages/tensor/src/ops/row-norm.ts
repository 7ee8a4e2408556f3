import { optionsOf } from "../internal/options-of.ts";
import { requireFloat, requireShape } from "../internal/require.ts";
import { applyOp } from "../op.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { toMemoryFormat } from "./to-memory-format.ts";

type Inputs = [x: Tensor, weight: Tensor | null, bias: Tensor | null];

const rowNormOp: Op<Inputs, { eps: number }> = {
  name: "rowNorm",
  layout: ([x, weight, bias]) => [toMemoryFormat(x, "contiguous"), weight, bias],
  shape([x, weight, bias]) {
    for (const input of [x, weight, bias]) if (input) requireFloat(input, "rowNorm");
    const columns = x.shape.at(-1)!;
    requireShape(x.rank >= 1 && columns > 0, "rowNorm", "an input with a last axis", x.shape);
    for (const input of [weight, bias]) {
      const fits = input === null || input.shape.join() === String(columns);
      requireShape(fits, "rowNorm", `a weight and a bias of shape [${columns}]`, input?.shape ?? []);
    }
    return { shape: x.shape };
  },
  forward(kernels, [x, weight, bias], y, { eps }) {
    const columns = x.shape[x.rank - 1];
    const rows = x.numel / columns;
    const invStd = new Tensor({ shape: [rows] });
    const [scale, shift] = [weight?.data ?? null, bias?.data ?? null];
    kernels.rowNorm(x.data, scale, shift, y.data, invStd.data, rows, columns, eps);
    return [invStd];
  },
  backward(kernels, gradient, { inputs: [x, weight, bias], extra: [invStd], needs }) {
    const dx = new Tensor(x);
    const [dWeight, dBias] = [weight, bias].map((input, i) =>
      input && needs[1 + i] ? new Tensor(input) : null,
    );
    kernels.rowNormGradient(
      x.data,
      gradient.data,
      invStd.data,
      weight?.data ?? null,
      dx.data,
      dWeight?.data ?? null,
      dBias?.data ?? null,
      invStd.numel,
      x.shape[x.rank - 1],
    );
    return [dx, dWeight, dBias];
  },
  saves: { inputs: [true, true, false] },
};

interface RowNormOptions {
  /** One per column: what the result is multiplied by, and what is added then. */
  readonly weight?: Tensor | null;
  readonly bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

const settings = optionsOf<Required<RowNormOptions>>("rowNorm", { weight: null, bias: null, eps: 1e-5 });

/** (x − mean) / √(biased variance + eps) over the last axis: what layer, group and instance norm have in common. */
export function rowNorm(x: Tensor, options?: RowNormOptions): Tensor {
  const { weight, bias, eps } = settings(options);
  return applyOp(rowNormOp, [x, weight, bias], { eps });
}

import { applyOp, Tensor } from "@octavo/tensor";
import type { Op } from "@octavo/tensor";

const { abs, fround, sqrt } = Math;
/** Smallest normal float32: a quotient by less may overflow. */
const smallestFactor = 2 ** -126;

const scaleFactorOp: Op<[gamma: Tensor, variance: Tensor], { readonly eps: number }> = {
  name: "scaleFactor",
  shape: ([gamma]) => gamma,
  // A step in float32 each, as `div(gamma, sqrt(add(variance, eps)))`.
  forward(_, inputs, y, { eps }) {
    const [gamma, variance, factor] = [...inputs, y].map(({ data }) => data);
    const std = new Tensor(y);
    const divisor = std.data;
    for (let c = 0; c < gamma.length; c++) {
      divisor[c] = sqrt(fround(variance[c] + fround(eps)));
      factor[c] = gamma[c] / divisor[c];
      if (abs(factor[c]) >= smallestFactor || Number.isNaN(factor[c])) continue;
      factor[c] = 1;
      // Nothing flows back through it.
      divisor[c] = Infinity;
    }
    return [std];
  },
  // d (γ / σ) = dγ / σ
  backward(_, gradient, { extra: [std] }) {
    const result = new Tensor(gradient);
    const [dGamma, dFactor, divisor] = [result, gradient, std].map(({ data }) => data);
    for (let c = 0; c < dGamma.length; c++) dGamma[c] = dFactor[c] / divisor[c];
    return [result, null];
  },
  saves: { inputs: false },
};

/**
 * γ/σ of a batch norm, σ = √(running variance + eps) being a constant for gradients; 1 in channels where dividing by it would fail:
 * their weight is quantized unscaled. torch gives NaN at 0. Loops here are over channels, not over elements of a weight.
 */
export function scaleFactor(gamma: Tensor, variance: Tensor, eps: number): Tensor {
  return applyOp(scaleFactorOp, [gamma, variance], { eps });
}

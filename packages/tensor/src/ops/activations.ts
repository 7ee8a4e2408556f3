import { ArgumentError } from "@octavo/spec";
import { defineParametricUnary, defineUnary } from "../internal/define-unary.ts";
import { optionsOf } from "../internal/options-of.ts";
import { whereOf } from "../internal/where.ts";
import type { Tensor } from "../tensor.ts";

/** max(x, 0) */
export const relu = defineUnary({ name: "relu", reads: "output" });

/** min(max(x, 0), 6) */
export const relu6 = defineUnary({
  name: "relu6",
  operator: "clamp",
  reads: "output",
  parameters: () => [0, 6],
});

/** The ends of a clamp. @throws ArgumentError unless low ≤ high. */
function ends(low: number, high: number, where: string): readonly [number, number] {
  if (low <= high) return [low, high];
  throw new ArgumentError({
    where: whereOf(where),
    expected: "a smaller end first",
    got: `${low} and ${high}`,
  });
}

/** min(max(x, minVal), maxVal), −1 and 1 by default. @throws ArgumentError unless minVal ≤ maxVal. */
export const hardtanh = defineParametricUnary(
  { minVal: -1, maxVal: 1 },
  {
    name: "hardtanh",
    operator: "clamp",
    reads: "output",
    parameters: ({ minVal, maxVal }) => ends(minVal, maxVal, "hardtanh"),
  },
);

/** min(max(x, min), max); either may be absent. The gradient at the ends is 0. @throws ArgumentError unless min ≤ max. */
export const clamp = defineParametricUnary(
  { min: -Infinity, max: Infinity },
  { name: "clamp", reads: "output", parameters: ({ min, max }) => ends(min, max, "clamp") },
);

/** x > 0 ? x : negativeSlope · x, negativeSlope 0.01 by default. */
export const leakyRelu = defineParametricUnary(
  { negativeSlope: 0.01 },
  { name: "leakyRelu", reads: "input", parameters: ({ negativeSlope }) => [negativeSlope, 0] },
);

/** x > 0 ? x : alpha (eˣ − 1) */
export const elu = defineParametricUnary(
  { alpha: 1 },
  { name: "elu", reads: "input", parameters: ({ alpha }) => [alpha, 0] },
);

/** Self-normalising exponential unit (Klambauer et al. 2017). */
export const selu = defineUnary({ name: "selu", reads: "input" });

/** max(0, x) + min(0, alpha (e^(x/alpha) − 1)) */
export const celu = defineParametricUnary(
  { alpha: 1 },
  { name: "celu", reads: "input", parameters: ({ alpha }) => [alpha, 0] },
);

const geluExact = defineUnary({ name: "gelu", reads: "input" });
const geluTanh = defineUnary({ name: "geluTanh", reads: "input" });
const geluSettings = optionsOf<{ approximate: "none" | "tanh" }>("gelu", { approximate: "none" });

/** x Φ(x), Φ the normal distribution; with `approximate: "tanh"` its tanh form. */
export function gelu(x: Tensor, options?: { readonly approximate?: "none" | "tanh" }): Tensor {
  return geluSettings(options).approximate === "tanh" ? geluTanh(x) : geluExact(x);
}

/** x σ(x), also called swish. */
export const silu = defineUnary({ name: "silu", reads: "input" });
/** x tanh(softplus(x)) */
export const mish = defineUnary({ name: "mish", reads: "input" });
/** x min(max(x + 3, 0), 6) / 6 */
export const hardswish = defineUnary({ name: "hardswish", reads: "input" });
/** min(max(x + 3, 0), 6) / 6 */
export const hardsigmoid = defineUnary({ name: "hardsigmoid", reads: "input" });
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = defineUnary({ name: "sigmoid", reads: "output" });
/** Hyperbolic tangent. */
export const tanh = defineUnary({ name: "tanh", reads: "output" });
/** log σ(x) */
export const logSigmoid = defineUnary({ name: "logSigmoid", reads: "input" });

/** log(1 + e^(beta x)) / beta, and x itself where beta x > threshold. */
export const softplus = defineParametricUnary(
  { beta: 1, threshold: 20 },
  { name: "softplus", reads: "input", parameters: ({ beta, threshold }) => [beta, threshold] },
);

/** x / (1 + |x|) */
export const softsign = defineUnary({ name: "softsign", reads: "input" });

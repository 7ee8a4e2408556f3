/** Operator codes of the generic element-wise and reduction kernels; `kernels-common/cpp/operators.h` has the same order. */
const codes = <const Names extends readonly string[]>(...names: Names) =>
  Object.freeze(Object.fromEntries(names.map((name, code) => [name, code]))) as {
    readonly [K in Names[number]]: number;
  };

/**
 * `y = f(x)`; `alpha` and `beta` are the operator's parameters, in the order shown, else unused. The gradient of sigmoid,
 * tanh, exp, sqrt, rsqrt and reciprocal reads only y; that of relu and clamp x or y, which say the same; that of neg, affine,
 * round, sign and floor neither; all others only x. What is not read need not hold these values.
 */
export const UnaryOp = codes(
  "relu", // max(x, 0)
  "clamp", // min(max(x, alpha), beta), alpha ≤ beta; NaN stays; the gradient is 0 at both ends too, as torch's
  "leakyRelu", // x > 0 ? x : alpha x
  "elu", // x > 0 ? x : alpha (exp(x) - 1)
  "selu",
  "celu", // max(0, x) + min(0, alpha (exp(x / alpha) - 1))
  "gelu", // x Phi(x), by erf
  "geluTanh", // the tanh approximation
  "silu", // x sigmoid(x)
  "mish", // x tanh(softplus(x))
  "hardswish", // x min(max(x + 3, 0), 6) / 6
  "hardsigmoid", // min(max(x + 3, 0), 6) / 6
  "sigmoid",
  "tanh",
  "logSigmoid",
  "softplus", // log(1 + exp(alpha x)) / alpha, x where alpha x > beta
  "softsign",
  "abs",
  "neg",
  "square",
  "round", // half to even
  "sign",
  "floor",
  "exp",
  "log",
  "sqrt",
  "rsqrt",
  "reciprocal",
  "affine", // fl(alpha x) + beta
);
export type UnaryOpName = keyof typeof UnaryOp;

/** `y = f(a, b)`. maximum and minimum are NaN if either is, and take 0 for larger than −0. */
export const BinaryOp = codes("add", "sub", "mul", "div", "maximum", "minimum", "pow");
export type BinaryOpName = keyof typeof BinaryOp;

/** `mean` is the sum divided by the number; max and min are NaN if any element is. Of no elements: 0, NaN, −∞, ∞, 1. */
export const ReduceOp = codes("sum", "mean", "max", "min", "prod");
export type ReduceOpName = keyof typeof ReduceOp;

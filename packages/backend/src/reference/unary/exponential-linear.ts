import type { UnaryRule } from "./unary-rule.ts";

// Klambauer et al. 2017, "Self-Normalizing Neural Networks"; as float64.
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/** Linear above zero, exponential below; evaluated in float64 and rounded once. */
export const exponentialLinear = {
  // x > 0 ? x : alpha (eˣ − 1);  d = dx, or alpha eˣ dx
  elu: {
    forward(x, y, alpha) {
      for (let i = 0; i < y.length; i++) y[i] = x[i] > 0 ? x[i] : alpha * Math.expm1(x[i]);
    },
    gradient(x, _y, dy, dx, alpha) {
      for (let i = 0; i < dx.length; i++) dx[i] = x[i] > 0 ? dy[i] : dy[i] * alpha * Math.exp(x[i]);
    },
  },
  // s (x > 0 ? x : a (eˣ − 1));  d = s dx, or s a eˣ dx
  selu: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) {
        y[i] = seluScale * (x[i] > 0 ? x[i] : seluAlpha * Math.expm1(x[i]));
      }
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) {
        dx[i] = dy[i] * seluScale * (x[i] > 0 ? 1 : seluAlpha * Math.exp(x[i]));
      }
    },
  },
  // max(0, x) + min(0, alpha (e^{x/alpha} − 1));  d = dx, or e^{x/alpha} dx
  celu: {
    forward(x, y, alpha) {
      for (let i = 0; i < y.length; i++) y[i] = x[i] > 0 ? x[i] : alpha * Math.expm1(x[i] / alpha);
    },
    gradient(x, _y, dy, dx, alpha) {
      for (let i = 0; i < dx.length; i++) dx[i] = x[i] > 0 ? dy[i] : dy[i] * Math.exp(x[i] / alpha);
    },
  },
} satisfies Record<string, UnaryRule>;

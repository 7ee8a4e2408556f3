import { softplus } from "./softplus.ts";
import type { UnaryRule } from "./unary-rule.ts";

const { fround } = Math;

/** Sigmoid, tanh and their like; evaluated in float64 and rounded once. Gradients use y where it helps. */
export const sigmoids = {
  // σ(x) = 1 / (1 + e⁻ˣ);  d = y (1 − y) dx
  sigmoid: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = 1 / (1 + Math.exp(-x[i]));
    },
    gradient(_x, y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * y[i] * (1 - y[i]);
    },
  },
  // d tanh x = (1 − y²) dx
  tanh: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = Math.tanh(x[i]);
    },
    gradient(_x, y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * (1 - y[i] * y[i]);
    },
  },
  // log σ(x) = min(x, 0) − log(1 + e^−|x|);  d = σ(−x) dx
  logSigmoid: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = Math.min(x[i], 0) - Math.log1p(Math.exp(-Math.abs(x[i])));
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] / (1 + Math.exp(x[i]));
    },
  },
  // log(1 + e^{alpha x}) / alpha, x where alpha x > beta;  d = σ(alpha x) dx, dx there
  softplus: {
    forward(x, y, alpha, beta) {
      for (let i = 0; i < y.length; i++) {
        const scaled = alpha * x[i];
        y[i] = scaled > beta ? x[i] : softplus(scaled) / alpha;
      }
    },
    gradient(x, _y, dy, dx, alpha, beta) {
      for (let i = 0; i < dx.length; i++) {
        const scaled = alpha * x[i];
        dx[i] = scaled > beta ? dy[i] : dy[i] / (1 + Math.exp(-scaled));
      }
    },
  },
  // x / (1 + |x|), exact;  d = dx / (1 + |x|)²
  softsign: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = x[i] / fround(1 + Math.abs(x[i]));
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) {
        const denominator = fround(1 + Math.abs(x[i]));
        dx[i] = dy[i] / fround(denominator * denominator);
      }
    },
  },
} satisfies Record<string, UnaryRule>;

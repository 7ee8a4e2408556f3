import type { UnaryRule } from "./unary-rule.ts";

const { fround } = Math;

/** Powers, roots, exponential and logarithm. square, sqrt, rsqrt and reciprocal are exact; gradients use y where it helps. */
export const powers = {
  // d x² = 2 x dx
  square: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = x[i] * x[i];
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * fround(2 * x[i]);
    },
  },
  // d √x = dx / (2 √x)
  sqrt: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(x[i]);
    },
    gradient(_x, y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] / fround(2 * y[i]);
    },
  },
  // fl(1 / fl(√x)), two roundings as in torch;  d = −½ y³ dx
  rsqrt: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = 1 / fround(Math.sqrt(x[i]));
    },
    gradient(_x, y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = fround(-0.5 * dy[i]) * fround(fround(y[i] * y[i]) * y[i]);
    },
  },
  // d (1/x) = −y² dx
  reciprocal: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = 1 / x[i];
    },
    gradient(_x, y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = -dy[i] * fround(y[i] * y[i]);
    },
  },
  // d eˣ = y dx
  exp: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = Math.exp(x[i]);
    },
    gradient(_x, y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * y[i];
    },
  },
  // d log x = dx / x
  log: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = Math.log(x[i]);
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] / x[i];
    },
  },
} satisfies Record<string, UnaryRule>;

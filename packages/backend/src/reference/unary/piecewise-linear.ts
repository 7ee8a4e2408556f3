import type { UnaryRule } from "./unary-rule.ts";

const { fround } = Math;

/** Functions made of straight lines; NaN stays NaN in each. Exact: one float32 rounding per operation written. */
export const piecewiseLinear = {
  // relu(x) = max(x, 0);  d = [x > 0] dx
  relu: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = x[i] < 0 ? 0 : x[i];
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = x[i] <= 0 ? 0 : dy[i];
    },
  },
  // clamp(x) = min(max(x, alpha), beta);  d = [alpha < x < beta] dx, as in torch
  clamp: {
    forward(x, y, alpha, beta) {
      for (let i = 0; i < y.length; i++) y[i] = x[i] < alpha ? alpha : x[i] > beta ? beta : x[i];
    },
    gradient(x, _y, dy, dx, alpha, beta) {
      for (let i = 0; i < dx.length; i++) dx[i] = x[i] <= alpha || x[i] >= beta ? 0 : dy[i];
    },
  },
  // leakyRelu(x) = x > 0 ? x : alpha x;  d = (x > 0 ? 1 : alpha) dx
  leakyRelu: {
    forward(x, y, alpha) {
      for (let i = 0; i < y.length; i++) y[i] = x[i] > 0 ? x[i] : alpha * x[i];
    },
    gradient(x, _y, dy, dx, alpha) {
      for (let i = 0; i < dx.length; i++) dx[i] = x[i] > 0 ? dy[i] : alpha * dy[i];
    },
  },
  // hardswish(x) = x min(max(x + 3, 0), 6) / 6;  d = 0 below −3, 1 above 3, (x/3 + 1/2) dx between
  hardswish: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) {
        const shifted = fround(x[i] + 3);
        const factor = shifted < 0 ? 0 : shifted > 6 ? 6 : shifted;
        y[i] = fround(x[i] * factor) / 6;
      }
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) {
        const v = x[i];
        dx[i] = v <= -3 ? 0 : v >= 3 ? dy[i] : dy[i] * fround(fround(v / 3) + 0.5);
      }
    },
  },
  // hardsigmoid(x) = min(max(x + 3, 0), 6) / 6;  d = [−3 < x < 3] dx / 6
  hardsigmoid: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) {
        const shifted = fround(x[i] + 3);
        y[i] = (shifted < 0 ? 0 : shifted > 6 ? 6 : shifted) / 6;
      }
    },
    gradient(x, _y, dy, dx) {
      const slope = fround(1 / 6);
      for (let i = 0; i < dx.length; i++) dx[i] = x[i] <= -3 || x[i] >= 3 ? 0 : dy[i] * slope;
    },
  },
  // |x|;  d = sign(x) dx
  abs: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = Math.abs(x[i]);
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * Math.sign(x[i]);
    },
  },
  // −x;  d = −dx
  neg: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = -x[i];
    },
    gradient(_x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) dx[i] = -dy[i];
    },
  },
  // fl(alpha x) + beta;  d = alpha dx
  affine: {
    forward(x, y, alpha, beta) {
      for (let i = 0; i < y.length; i++) y[i] = fround(alpha * x[i]) + beta;
    },
    gradient(_x, _y, dy, dx, alpha) {
      for (let i = 0; i < dx.length; i++) dx[i] = alpha * dy[i];
    },
  },
} satisfies Record<string, UnaryRule>;

import { complementaryError } from "./complementary-error.ts";
import { softplus } from "./softplus.ts";
import type { UnaryRule } from "./unary-rule.ts";

const tanhScale = Math.sqrt(2 / Math.PI);
const tanhCubic = 0.044715;

/** x times a gate between 0 and 1; evaluated in float64 and rounded once. */
export const gated = {
  // x Φ(x), Φ(x) = erfc(−x/√2) / 2;  d = (Φ(x) + x e^{−x²/2} / √(2π)) dx
  gelu: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = x[i] * 0.5 * complementaryError(-x[i] * Math.SQRT1_2);
    },
    gradient(x, _y, dy, dx) {
      const density = 1 / Math.sqrt(2 * Math.PI);
      for (let i = 0; i < dx.length; i++) {
        const v = x[i];
        dx[i] = dy[i] * (0.5 * complementaryError(-v * Math.SQRT1_2) + v * density * Math.exp(-0.5 * v * v));
      }
    },
  },
  // ½ x (1 + tanh u), u = √(2/π) (x + 0.044715 x³);  d = (½ (1 + t) + ½ x (1 − t²) u') dx
  geluTanh: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) {
        const v = x[i];
        y[i] = 0.5 * v * (1 + Math.tanh(tanhScale * (v + tanhCubic * v * v * v)));
      }
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) {
        const v = x[i];
        const t = Math.tanh(tanhScale * (v + tanhCubic * v * v * v));
        const slope = tanhScale * (1 + 3 * tanhCubic * v * v);
        dx[i] = dy[i] * 0.5 * (1 + t + v * (1 - t * t) * slope);
      }
    },
  },
  // x σ(x);  d = σ (1 + x (1 − σ)) dx
  silu: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = x[i] / (1 + Math.exp(-x[i]));
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) {
        const s = 1 / (1 + Math.exp(-x[i]));
        dx[i] = dy[i] * s * (1 + x[i] * (1 - s));
      }
    },
  },
  // x tanh(softplus(x));  d = (t + x σ (1 − t²)) dx
  mish: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = x[i] * Math.tanh(softplus(x[i]));
    },
    gradient(x, _y, dy, dx) {
      for (let i = 0; i < dx.length; i++) {
        const t = Math.tanh(softplus(x[i]));
        const s = 1 / (1 + Math.exp(-x[i]));
        dx[i] = dy[i] * (t + x[i] * s * (1 - t * t));
      }
    },
  },
} satisfies Record<string, UnaryRule>;

import type { UnaryRule } from "./unary-rule.ts";

const noGradient: UnaryRule["gradient"] = (_x, _y, _dy, dx) => {
  dx.fill(0);
};

/** Functions that are constant between steps; their derivative is 0, as in torch. Exact. */
export const steps = {
  // half to even; 2^52 + 2^51 pushes the fraction of a float64 out, and floats from 2^23 on have none
  round: {
    forward(x, y) {
      const magic = 6755399441055744;
      for (let i = 0; i < y.length; i++) {
        const v = x[i];
        const rounded = v > -8388608 && v < 8388608 ? v + magic - magic : v;
        y[i] = rounded === 0 && (v < 0 || Object.is(v, -0)) ? -0 : rounded;
      }
    },
    gradient: noGradient,
  },
  sign: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = Math.sign(x[i]);
    },
    gradient: noGradient,
  },
  floor: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) y[i] = Math.floor(x[i]);
    },
    gradient: noGradient,
  },
} satisfies Record<string, UnaryRule>;

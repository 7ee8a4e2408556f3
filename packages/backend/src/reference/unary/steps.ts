import type { UnaryRule } from "./unary-rule.ts";
import { roundingShift } from "../rounding-shift.ts";

const noGradient: UnaryRule["gradient"] = (_x, _y, _dy, dx) => {
  dx.fill(0);
};

/** Functions that are constant between steps; their derivative is 0, as in torch. Exact. */
export const steps = {
  // half to even; floats of 2^23 and more have no fraction
  round: {
    forward(x, y) {
      for (let i = 0; i < y.length; i++) {
        const v = x[i];
        const rounded = v > -8388608 && v < 8388608 ? v + roundingShift - roundingShift : v;
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

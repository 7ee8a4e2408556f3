import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { gamma } from "./rounding-bounds.ts";
import { tileSize } from "./sizes.ts";

const geometry = fc.record({ rows: fc.integer({ min: 1, max: 5 }), columns: tileSize });
const eps = 1e-5;

const rowNorm = agreementLaw(
  "rowNorm brings rows to mean 0 and variance 1",
  ["rowNorm"],
  fc.record({ geometry, keeps: fc.boolean() }),
  ({ geometry: { rows, columns }, keeps }, random) => {
    const length = rows * columns;
    return scene({
      arrays: {
        x: random.floats(length, -1, 3),
        y: new Float32Array(length),
        invStd: new Float32Array(rows),
      },
      writes: keeps ? ["y", "invStd"] : ["y"],
      // A mean is off by γ · 3, the root of a variance by γ of itself.
      agreement: ({ y, invStd }) => {
        const relative = gamma(columns + 8);
        const scale = (i: number) => (keeps ? invStd[Math.floor(i / columns)] : 1 / Math.sqrt(eps));
        return {
          y: Float64Array.from(y, (value, i) => 4 * relative * (3 * scale(i) + Math.abs(value))),
          invStd: Float64Array.from(invStd, (value) => 4 * relative * value),
        };
      },
      run: (k, { x, y, invStd }) => k.rowNorm(x, y, keeps ? invStd : null, rows, columns, eps),
    });
  },
);

const rowNormGradient = agreementLaw(
  "rowNormGradient takes mean and slope away",
  ["rowNormGradient"],
  geometry,
  ({ rows, columns }, random) => {
    const length = rows * columns;
    return scene({
      arrays: {
        y: random.floats(length, -2, 2),
        dy: random.floats(length, -2, 2),
        invStd: random.floats(rows, 0.1, 10),
        dx: new Float32Array(length),
      },
      writes: ["dx"],
      // dy, its mean, and y times the mean of dy · y are at most 2, 2 and 8.
      agreement: ({ dx, invStd }) => ({
        dx: Float64Array.from(dx, (_, i) => gamma(columns + 6) * 12 * invStd[Math.floor(i / columns)]),
      }),
      run: (k, { y, dy, invStd, dx }) => k.rowNormGradient(y, dy, invStd, dx, rows, columns),
    });
  },
);

export const rowNormLaws: readonly AgreementLaw[] = [rowNorm, rowNormGradient];

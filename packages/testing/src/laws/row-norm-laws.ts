import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { gamma } from "./rounding-bounds.ts";
import { tileSize } from "./sizes.ts";

/** Rows for one block and for several, columns for one stretch of a sum and for several. */
const geometry = fc.record({
  rows: fc.constantFrom(1, 2, 5, 33, 70),
  columns: fc.oneof(tileSize, fc.constantFrom(512, 2100)),
  affine: fc.boolean(),
});
const eps = 1e-5;

const rowNorm = agreementLaw(
  "rowNorm brings rows to mean 0 and variance 1",
  ["rowNorm"],
  fc.record({ geometry, keeps: fc.boolean() }),
  ({ geometry: { rows, columns, affine }, keeps }, random) => {
    const length = rows * columns;
    return scene({
      arrays: {
        x: random.floats(length, -1, 3),
        weight: random.floats(columns),
        bias: random.floats(columns),
        y: new Float32Array(length),
        invStd: new Float32Array(rows),
      },
      writes: keeps ? ["y", "invStd"] : ["y"],
      // A mean is off by γ · 3, the root of a variance by γ of itself; weight and bias are at most 2.
      agreement: ({ y, invStd }) => {
        const relative = gamma(columns + 10);
        const scale = (i: number) => (keeps ? invStd[Math.floor(i / columns)] : 1 / Math.sqrt(eps));
        return {
          y: Float64Array.from(y, (value, i) => 8 * relative * (3 * scale(i) + Math.abs(value) + 2)),
          invStd: Float64Array.from(invStd, (value) => 4 * relative * value),
        };
      },
      run: (k, { x, weight, bias, y, invStd }) =>
        k.rowNorm(
          x,
          affine ? weight : null,
          affine ? bias : null,
          y,
          keeps ? invStd : null,
          rows,
          columns,
          eps,
        ),
    });
  },
);

const rowNormGradient = agreementLaw(
  "rowNormGradient takes mean and slope away",
  ["rowNormGradient"],
  geometry,
  ({ rows, columns, affine }, random) => {
    const length = rows * columns;
    return scene({
      arrays: {
        x: random.floats(length, -1, 3),
        dy: random.floats(length, -2, 2),
        invStd: random.floats(rows, 0.1, 1),
        weight: random.floats(columns),
        dx: new Float32Array(length),
        dWeight: new Float32Array(columns),
        dBias: new Float32Array(columns),
      },
      writes: affine ? ["dx", "dWeight", "dBias"] : ["dx"],
      // x̂ is at most 4, g and its mean 4, x̂ times the mean of g x̂ 64.
      agreement: () => ({
        dx: new Float64Array(length).fill(gamma(columns + 12) * 80),
        dWeight: new Float64Array(columns).fill(gamma(rows + columns + 12) * rows * 8),
        dBias: new Float64Array(columns).fill(gamma(rows) * rows * 2),
      }),
      run: (k, { x, dy, invStd, weight, dx, dWeight, dBias }) =>
        k.rowNormGradient(
          x,
          dy,
          invStd,
          affine ? weight : null,
          dx,
          affine ? dWeight : null,
          affine ? dBias : null,
          rows,
          columns,
        ),
    });
  },
);

const farRows = agreementLaw(
  "rowNorm of rows far from zero loses nothing",
  ["rowNorm"],
  fc.constantFrom(32, 100, 512, 2100),
  (columns, random) =>
    scene({
      arrays: {
        x: Float32Array.from({ length: columns }, () => 4096 + random.integer(-64, 64) / 64),
        y: new Float32Array(columns),
      },
      writes: ["y"],
      agreement: ({ y }) => ({ y: Float64Array.from(y, (value) => 1e-6 * (1 + Math.abs(value))) }),
      run: (k, { x, y }) => k.rowNorm(x, null, null, y, null, 1, columns, 0),
    }),
);

export const rowNormLaws: readonly AgreementLaw[] = [rowNorm, rowNormGradient, farRows];

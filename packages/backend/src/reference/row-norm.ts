import type { Kernels } from "@octavo/spec";

const { fround } = Math;

/** Sums in float64. */
export const rowNormKernels = {
  rowNorm(x, y, invStd, rows, columns, eps) {
    for (let r = 0, start = 0; r < rows; r++, start += columns) {
      const end = start + columns;
      let sum = 0;
      for (let i = start; i < end; i++) sum += x[i];
      const mean = sum / columns;
      let squares = 0;
      for (let i = start; i < end; i++) squares += (x[i] - mean) * (x[i] - mean);
      const scale = fround(1 / Math.sqrt(squares / columns + eps));
      for (let i = start; i < end; i++) y[i] = fround(x[i] - mean) * scale;
      if (invStd) invStd[r] = scale;
    }
  },

  // dx = invStd (dy − mean(dy) − y mean(dy y))
  rowNormGradient(y, dy, invStd, dx, rows, columns) {
    for (let r = 0, start = 0; r < rows; r++, start += columns) {
      const end = start + columns;
      let sum = 0;
      let product = 0;
      for (let i = start; i < end; i++) {
        sum += dy[i];
        product += dy[i] * y[i];
      }
      const [mean, slope] = [sum / columns, product / columns];
      for (let i = start; i < end; i++) dx[i] = invStd[r] * (dy[i] - mean - y[i] * slope);
    }
  },
} satisfies Partial<Kernels>;

import type { Kernels } from "@octavo/spec";

const { fround } = Math;

/** Sums in float64. */
export const rowNormKernels = {
  rowNorm(x, weight, bias, y, invStd, rows, columns, eps) {
    for (let r = 0, start = 0; r < rows; r++, start += columns) {
      const mean = meanOf(x, start, columns);
      let squares = 0;
      for (let i = start; i < start + columns; i++) squares += (x[i] - mean) * (x[i] - mean);
      const scale = fround(1 / Math.sqrt(squares / columns + eps));
      for (let c = 0, i = start; c < columns; c++, i++) {
        const value = fround(fround(x[i] - mean) * scale);
        y[i] = fround(value * (weight?.[c] ?? 1)) + (bias?.[c] ?? 0);
      }
      if (invStd) invStd[r] = scale;
    }
  },

  // dx = invStd (g − mean(g) − x̂ mean(g x̂)), g = dy weight;  dWeight = Σ dy x̂,  dBias = Σ dy
  rowNormGradient(x, dy, invStd, weight, dx, dWeight, dBias, rows, columns) {
    const sums = new Float64Array(2 * columns);
    for (let r = 0, start = 0; r < rows; r++, start += columns) {
      const mean = meanOf(x, start, columns);
      let sum = 0;
      let product = 0;
      for (let c = 0, i = start; c < columns; c++, i++) {
        const normal = (x[i] - mean) * invStd[r];
        const own = dy[i] * (weight?.[c] ?? 1);
        sum += own;
        product += own * normal;
        sums[c] += dy[i] * normal;
        sums[columns + c] += dy[i];
      }
      const [shift, slope] = [sum / columns, product / columns];
      for (let c = 0, i = start; c < columns; c++, i++) {
        const normal = (x[i] - mean) * invStd[r];
        dx[i] = invStd[r] * (dy[i] * (weight?.[c] ?? 1) - shift - normal * slope);
      }
    }
    for (let c = 0; c < columns; c++) {
      if (dWeight) dWeight[c] = sums[c];
      if (dBias) dBias[c] = sums[columns + c];
    }
  },
} satisfies Partial<Kernels>;

function meanOf(x: Float32Array, start: number, count: number): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += x[i];
  return sum / count;
}

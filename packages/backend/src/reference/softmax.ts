import type { Kernels } from "@octavo/spec";

/** Over the columns of each row, in float64 after the largest value is subtracted; rounded once. */
export const softmaxKernels = {
  // y = e^{x − max} / Σ e^{x − max}
  softmax(x, y, rows, columns) {
    for (let r = 0, start = 0; r < rows; r++, start += columns) {
      const max = largest(x, start, columns);
      let sum = 0;
      for (let c = start; c < start + columns; c++) sum += Math.exp(x[c] - max);
      for (let c = start; c < start + columns; c++) y[c] = Math.exp(x[c] - max) / sum;
    }
  },

  // dx = y (dy − Σ y dy)
  softmaxGradient(y, dy, dx, rows, columns) {
    for (let r = 0, start = 0; r < rows; r++, start += columns) {
      let sum = 0;
      for (let c = start; c < start + columns; c++) sum += y[c] * dy[c];
      for (let c = start; c < start + columns; c++) dx[c] = y[c] * (dy[c] - sum);
    }
  },

  // y = x − max − log Σ e^{x − max}
  logSoftmax(x, y, rows, columns) {
    for (let r = 0, start = 0; r < rows; r++, start += columns) {
      const max = largest(x, start, columns);
      let sum = 0;
      for (let c = start; c < start + columns; c++) sum += Math.exp(x[c] - max);
      const logSum = Math.log(sum);
      for (let c = start; c < start + columns; c++) y[c] = x[c] - max - logSum;
    }
  },

  // dx = dy − e^y Σ dy
  logSoftmaxGradient(y, dy, dx, rows, columns) {
    for (let r = 0, start = 0; r < rows; r++, start += columns) {
      let sum = 0;
      for (let c = start; c < start + columns; c++) sum += dy[c];
      for (let c = start; c < start + columns; c++) dx[c] = dy[c] - Math.exp(y[c]) * sum;
    }
  },
} satisfies Partial<Kernels>;

function largest(x: Float32Array, start: number, count: number): number {
  let max = -Infinity;
  for (let i = start; i < start + count; i++) max = Math.max(max, x[i]);
  return max;
}

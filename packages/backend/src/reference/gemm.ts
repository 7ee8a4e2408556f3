import type { Kernels } from "@octavo/spec";
import { float64Scratch } from "./scratch.ts";

/** A row of `c` at a time, in float64, rounded once at the end; `b` is read along its rows, as it lies. */
export const gemmKernels = {
  gemm(a, b, bias, c, { batch, m, n, k, transposeA, transposeB, strideA, strideB, strideC, accumulate }) {
    const sums = float64Scratch(n);
    const rowStep = transposeA ? 1 : k;
    const step = transposeA ? m : 1;
    for (let index = 0; index < batch; index++) {
      const bStart = index * strideB;
      for (let i = 0; i < m; i++) {
        const aRow = index * strideA + i * rowStep;
        const cRow = index * strideC + i * n;
        for (let j = 0; j < n; j++) sums[j] = (accumulate ? c[cRow + j] : 0) + (bias ? bias[j] : 0);
        if (transposeB) addDots(a, aRow, step, b, bStart, sums, n, k);
        else addRows(a, aRow, step, b, bStart, sums, n, k);
        for (let j = 0; j < n; j++) c[cRow + j] = sums[j];
      }
    }
  },
} satisfies Partial<Kernels>;

/** sums[j] += Σ a[p] · b[j, p], where b is (n, k). */
function addDots(
  a: Float32Array,
  aStart: number,
  aStep: number,
  b: Float32Array,
  bStart: number,
  sums: Float64Array,
  n: number,
  k: number,
): void {
  for (let j = 0; j < n; j++) {
    const row = bStart + j * k;
    let sum = sums[j];
    for (let p = 0; p < k; p++) sum += a[aStart + p * aStep] * b[row + p];
    sums[j] = sum;
  }
}

/** sums[j] += Σ a[p] · b[p, j], where b is (k, n). */
function addRows(
  a: Float32Array,
  aStart: number,
  aStep: number,
  b: Float32Array,
  bStart: number,
  sums: Float64Array,
  n: number,
  k: number,
): void {
  for (let p = 0; p < k; p++) {
    const factor = a[aStart + p * aStep];
    const row = bStart + p * n;
    for (let j = 0; j < n; j++) sums[j] += factor * b[row + j];
  }
}

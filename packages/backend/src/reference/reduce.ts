import { ReduceOp } from "@octavo/spec";
import type { Kernels, ReduceOpName } from "@octavo/spec";

/** Reduces `count` elements of `x`, `step` apart. */
type Line = (x: Float32Array, start: number, step: number, count: number) => number;

/** Sums and products in float64, rounded once; max and min propagate NaN, as torch's amax and amin. */
const lines: { readonly [Name in ReduceOpName]: Line } = {
  sum(x, start, step, count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += x[start + i * step];
    return sum;
  },
  mean(x, start, step, count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += x[start + i * step];
    return sum / count;
  },
  max(x, start, step, count) {
    let best = -Infinity;
    for (let i = 0; i < count; i++) best = Math.max(best, x[start + i * step]);
    return best;
  },
  min(x, start, step, count) {
    let best = Infinity;
    for (let i = 0; i < count; i++) best = Math.min(best, x[start + i * step]);
    return best;
  },
  prod(x, start, step, count) {
    let product = 1;
    for (let i = 0; i < count; i++) product *= x[start + i * step];
    return product;
  },
};

const lineByCode: Line[] = [];
for (const [name, code] of Object.entries(ReduceOp)) lineByCode[code] = lines[name as ReduceOpName];

export const reduceKernels = {
  reduce(operator, x, y, { outer, channels, inner }) {
    const line = lineByCode[operator];
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) y[o * inner + i] = line(x, o * channels * inner + i, inner, channels);
    }
  },
  // NaN counts as the largest and as the smallest, as in torch.
  argReduce(x, indices, largest, { outer, channels, inner }) {
    const sign = largest ? 1 : -1;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const start = o * channels * inner + i;
        let best = 0;
        for (let c = 1; c < channels; c++) {
          const value = x[start + c * inner];
          const record = x[start + best * inner];
          if (record !== record) break;
          if (value !== value || sign * value > sign * record) best = c;
        }
        indices[o * inner + i] = best;
      }
    }
  },
} satisfies Partial<Kernels>;

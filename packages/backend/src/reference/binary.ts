import { BinaryOp } from "@octavo/spec";
import type { BinaryOpName, Kernels } from "@octavo/spec";

type F32 = Float32Array;
/** One row: y[start + i] = f(a[aStart + i · aStep], b[bStart + i · bStep]). */
type Row = (
  a: F32,
  aStart: number,
  aStep: number,
  b: F32,
  bStart: number,
  bStep: number,
  y: F32,
  start: number,
  count: number,
) => void;

/** One float32 operation each. maximum and minimum propagate NaN, as torch's. */
const rows: { readonly [Name in BinaryOpName]: Row } = {
  add(a, p, aStep, b, q, bStep, y, start, count) {
    for (let i = 0; i < count; i++, p += aStep, q += bStep) y[start + i] = a[p] + b[q];
  },
  sub(a, p, aStep, b, q, bStep, y, start, count) {
    for (let i = 0; i < count; i++, p += aStep, q += bStep) y[start + i] = a[p] - b[q];
  },
  mul(a, p, aStep, b, q, bStep, y, start, count) {
    for (let i = 0; i < count; i++, p += aStep, q += bStep) y[start + i] = a[p] * b[q];
  },
  div(a, p, aStep, b, q, bStep, y, start, count) {
    for (let i = 0; i < count; i++, p += aStep, q += bStep) y[start + i] = a[p] / b[q];
  },
  maximum(a, p, aStep, b, q, bStep, y, start, count) {
    for (let i = 0; i < count; i++, p += aStep, q += bStep) y[start + i] = Math.max(a[p], b[q]);
  },
  minimum(a, p, aStep, b, q, bStep, y, start, count) {
    for (let i = 0; i < count; i++, p += aStep, q += bStep) y[start + i] = Math.min(a[p], b[q]);
  },
  pow(a, p, aStep, b, q, bStep, y, start, count) {
    for (let i = 0; i < count; i++, p += aStep, q += bStep) y[start + i] = a[p] ** b[q];
  },
};

const rowByCode: Row[] = [];
for (const [name, code] of Object.entries(BinaryOp)) rowByCode[code] = rows[name as BinaryOpName];

export const binaryKernels = {
  binary(operator, a, b, y, { rank, sizes, aStrides, bStrides }) {
    const row = rowByCode[operator];
    if (rank === 0) return row(a, 0, 0, b, 0, 0, y, 0, 1);
    const last = rank - 1;
    const count = sizes[last];
    if (sizes.includes(0)) return;
    const position = new Array<number>(last).fill(0);
    let aStart = 0;
    let bStart = 0;
    for (let start = 0; start < y.length; start += count) {
      row(a, aStart, aStrides[last], b, bStart, bStrides[last], y, start, count);
      for (let axis = last - 1; axis >= 0; axis--) {
        aStart += aStrides[axis];
        bStart += bStrides[axis];
        if (++position[axis] < sizes[axis]) break;
        aStart -= aStrides[axis] * sizes[axis];
        bStart -= bStrides[axis] * sizes[axis];
        position[axis] = 0;
      }
    }
  },
  accumulate(x, y, alpha) {
    const factor = Math.fround(alpha);
    for (let i = 0; i < y.length; i++) y[i] += Math.fround(factor * x[i]);
  },
} satisfies Partial<Kernels>;

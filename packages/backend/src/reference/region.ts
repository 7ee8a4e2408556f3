import type { Kernels, Region, TypedArray } from "@octavo/spec";

type Numbers = Exclude<TypedArray, BigInt64Array>;

export const regionKernels = {
  copyRegion(from, to, block) {
    // Elements are moved, never converted: an array of another type is seen through the type of the source.
    const Type = from.constructor as new (
      buffer: ArrayBufferLike,
      byteOffset: number,
      length: number,
    ) => Numbers;
    const target = to.constructor === Type ? to : new Type(to.buffer, to.byteOffset, to.length);
    walkRows(block, from as Numbers, target as Numbers, copyRow);
  },
  addRegion(from, to, block) {
    walkRows(block, from, to, addRow);
  },
} satisfies Partial<Kernels>;

type Row<Data> = (
  from: Data,
  start: number,
  step: number,
  to: Data,
  toStart: number,
  toStep: number,
  count: number,
) => void;

function copyRow(
  from: Numbers,
  start: number,
  step: number,
  to: Numbers,
  toStart: number,
  toStep: number,
  count: number,
): void {
  if (step === 1 && toStep === 1) {
    // A short loop costs less than a call of set.
    if (count > 16) return to.set(from.subarray(start, start + count), toStart);
    for (let i = 0; i < count; i++) to[toStart + i] = from[start + i];
    return;
  }
  for (let i = 0; i < count; i++, start += step, toStart += toStep) to[toStart] = from[start];
}

function addRow(
  from: Float32Array,
  start: number,
  step: number,
  to: Float32Array,
  toStart: number,
  toStep: number,
  count: number,
): void {
  for (let i = 0; i < count; i++, start += step, toStart += toStep) to[toStart] += from[start];
}

/** Calls `row` for every line of the block along its last axis. */
function walkRows<Data>(
  { rank, sizes, fromStrides, toStrides, ...at }: Region,
  from: Data,
  to: Data,
  row: Row<Data>,
): void {
  if (sizes.includes(0)) return;
  if (rank === 0) return row(from, at.fromOffset, 1, to, at.toOffset, 1, 1);
  const last = rank - 1;
  const position = new Array<number>(last).fill(0);
  let start = at.fromOffset;
  let toStart = at.toOffset;
  for (;;) {
    row(from, start, fromStrides[last], to, toStart, toStrides[last], sizes[last]);
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      start += fromStrides[axis];
      toStart += toStrides[axis];
      if (++position[axis] < sizes[axis]) break;
      start -= fromStrides[axis] * sizes[axis];
      toStart -= toStrides[axis] * sizes[axis];
      position[axis] = 0;
    }
    if (axis < 0) return;
  }
}

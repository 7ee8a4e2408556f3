import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MemoryFormat } from "@octavo/spec";
import { add, cat, Generator, pad, randn, sub, sum, toMemoryFormat } from "@octavo/tensor";
import type { PadMode, Tensor } from "@octavo/tensor";

const seed = process.env.CI ? { seed: 1 } : {};
const runs = { numRuns: 150, ...seed };

const sizes = fc.integer({ min: 1, max: 4 });
const shapes = fc.array(sizes, { minLength: 1, maxLength: 5 });
const formats = fc.constantFrom<MemoryFormat>("contiguous", "channelsLast");
const tensors = fc
  .tuple(shapes, formats, fc.nat())
  .map(([shape, format, n]) => toMemoryFormat(randn(shape, { generator: new Generator(n) }), format));

/** Value at an index of torch's order; sizes of 1 repeat, as do axes that are missing in front. */
function at(x: Tensor, index: readonly number[]): number {
  const values = x.toArray();
  const missing = index.length - x.rank;
  const position = x.shape.reduce(
    (sum, size, axis) => sum * size + (size === 1 ? 0 : index[axis + missing]),
    0,
  );
  return Number(values[position]);
}

function* indices(shape: readonly number[]): Iterable<number[]> {
  const total = shape.reduce((product, size) => product * size, 1);
  for (let i = 0; i < total; i++) {
    let rest = i;
    yield shape
      .toReversed()
      .map((size) => {
        const index = rest % size;
        rest = Math.floor(rest / size);
        return index;
      })
      .reverse();
  }
}

/** Checks every element of a result against its definition. */
function expectElements(
  y: Tensor,
  shape: readonly number[],
  value: (index: readonly number[]) => number,
): void {
  expect(y.shape).toEqual(shape);
  for (const index of indices(shape)) expect(at(y, index)).toBe(value(index));
}

describe("strided operations do what their definition says, for any shape and memory format", () => {
  it("broadcasting", () => {
    const pairs = tensors.chain((a) =>
      fc.record({
        a: fc.constant(a),
        // The same sizes, some of them 1, perhaps without the first axes.
        b: fc
          .tuple(fc.nat(a.rank), fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), formats)
          .map(([missing, ones, format]) =>
            toMemoryFormat(
              randn(a.shape.slice(missing).map((size, axis) => (ones[axis] ? 1 : size))),
              format,
            ),
          ),
      }),
    );
    const check = ({ a, b }: { a: Tensor; b: Tensor }) => {
      expectElements(add(a, b), a.shape, (i) => Math.fround(at(a, i) + at(b, i)));
      expectElements(sub(b, a), a.shape, (i) => Math.fround(at(b, i) - at(a, i)));
    };
    fc.assert(fc.property(pairs, check), runs);
  });

  it("permute", () => {
    const cases = tensors.chain((x) =>
      fc.tuple(
        fc.constant(x),
        fc.shuffledSubarray(
          x.shape.map((_, axis) => axis),
          { minLength: x.rank },
        ),
      ),
    );
    fc.assert(
      fc.property(cases, ([x, dims]) => {
        const shape = dims.map((axis) => x.shape[axis]);
        expectElements(x.permute(dims), shape, (i) =>
          at(
            x,
            x.shape.map((_, axis) => i[dims.indexOf(axis)]),
          ),
        );
      }),
      runs,
    );
  });

  it("reshape keeps torch's order", () => {
    fc.assert(
      fc.property(tensors, (x) => {
        expect(x.reshape([-1]).data).toEqual(x.toArray());
        expect(x.flatten({ startDim: x.rank - 1 }).toArray()).toEqual(x.toArray());
      }),
      runs,
    );
  });

  it("slice", () => {
    const cases = fc.tuple(
      tensors,
      fc.nat(4),
      fc.integer({ min: -4, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
    );
    fc.assert(
      fc.property(cases, ([x, axis, start, step]) => {
        const dim = axis % x.rank;
        const first = Math.min(Math.max(start < 0 ? start + x.shape[dim] : start, 0), x.shape[dim]);
        const length = Math.ceil((x.shape[dim] - first) / step);
        const value = (i: readonly number[]) => at(x, i.with(dim, first + i[dim] * step));
        expectElements(x.slice(dim, start, null, step), x.shape.with(dim, length), value);
      }),
      runs,
    );
  });

  it("cat puts back what split took apart", () => {
    fc.assert(
      fc.property(tensors, fc.nat(4), sizes, (x, axis, size) => {
        const dim = axis % x.rank;
        expect(cat(x.split(size, { dim }), { dim }).toArray()).toEqual(x.toArray());
      }),
      runs,
    );
  });

  it("sum", () => {
    const cases = tensors.chain((x) =>
      fc.tuple(fc.constant(x), fc.subarray(x.shape.map((_, axis) => axis)), fc.boolean()),
    );
    fc.assert(
      fc.property(cases, ([x, dim, keepdim]) => {
        // Whole numbers: their sums are exact in any order.
        const whole = x.mul(8).round();
        const shape = x.shape.flatMap((size, axis) => (dim.includes(axis) ? (keepdim ? [1] : []) : [size]));
        const kept = x.shape.map((_, axis) => axis).filter((axis) => keepdim || !dim.includes(axis));
        expectElements(sum(whole, { dim, keepdim }), shape, (i) => {
          const belongs = (j: readonly number[]) =>
            kept.every((axis, k) => dim.includes(axis) || j[axis] === i[k]);
          return [...indices(x.shape)].filter(belongs).reduce((total, j) => total + at(whole, j), 0);
        });
      }),
      runs,
    );
  });

  it("pad", () => {
    const sources: { readonly [M in PadMode]: (i: number, size: number) => number | null } = {
      constant: (i, size) => (i < 0 || i >= size ? null : i),
      replicate: (i, size) => Math.min(Math.max(i, 0), size - 1),
      circular: (i, size) => (i + size) % size,
      reflect: (i, size) => (i < 0 ? -i : i >= size ? 2 * size - 2 - i : i),
    };
    const modes = fc.constantFrom(...(Object.keys(sources) as PadMode[]));
    const wide = fc
      .tuple(fc.constantFrom([2, 3, 4], [1, 2, 3, 3], [2, 2, 4, 3]), formats)
      .map(([shape, format]) => toMemoryFormat(randn(shape), format));
    fc.assert(
      fc.property(wide, modes, fc.tuple(fc.nat(2), fc.nat(2)), (x, mode, [before, after]) => {
        const dim = x.rank - 1;
        const size = x.shape[dim];
        const shape = x.shape.with(dim, size + before + after);
        expectElements(pad(x, [before, after], { mode, value: 5 }), shape, (i) => {
          const source = sources[mode](i[dim] - before, size);
          return source === null ? 5 : at(x, i.with(dim, source));
        });
      }),
      runs,
    );
  });
});

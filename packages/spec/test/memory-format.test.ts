import {
  channelBlocksOf,
  denseStrides,
  formatsCoincide,
  memoryOrder,
  normalizeAxis,
  numberOfElements,
  ShapeError,
} from "@octavo/spec";
import type { MemoryFormat } from "@octavo/spec";
import * as fc from "fast-check";
import { expect, test } from "vitest";

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 });
const formats = fc.constantFrom<MemoryFormat>("contiguous", "channelsLast");

/** Where each element lies, in torch's order. */
function positions(shape: readonly number[], format: MemoryFormat): number[] {
  const strides = denseStrides(shape, format);
  return shape.reduce<number[]>(
    (all, size, axis) =>
      all.flatMap((start) => Array.from({ length: size }, (_, i) => start + i * strides[axis])),
    [0],
  );
}

test("every element has a place of its own, without gaps", () => {
  fc.assert(
    fc.property(shapes, formats, (shape, format) => {
      const places = positions(shape, format).sort((a, b) => a - b);
      expect(places).toEqual(Array.from({ length: numberOfElements(shape) }, (_, i) => i));
    }),
  );
});

test("formats coincide exactly where they put every element at the same place", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const same = String(positions(shape, "contiguous")) === String(positions(shape, "channelsLast"));
      expect(formatsCoincide(shape)).toBe(same);
    }),
  );
});

test("channels-last moves axis 1 to the end, from rank 3 on", () => {
  expect([1, 2, 3, 4, 5].map((rank) => memoryOrder(rank, "channelsLast").join(""))).toEqual([
    "0",
    "01",
    "021",
    "0231",
    "02341",
  ]);
});

test("channel blocks name the channel of each place in memory", () => {
  const cases = shapes
    .filter(({ length }) => length > 0)
    .chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1), formats));
  fc.assert(
    fc.property(cases, ([shape, axis, format]) => {
      const { outer, channels, inner } = channelBlocksOf(shape, axis - shape.length, format);
      const perIndex = numberOfElements(shape.slice(axis + 1));
      positions(shape, format).forEach((place, i) => {
        expect(Math.floor(place / inner) % channels).toBe(Math.floor(i / perIndex) % shape[axis]);
      });
      expect(outer * channels * inner).toBe(numberOfElements(shape));
    }),
  );
});

test("an axis that is not there is an error that says which there are", () => {
  expect(normalizeAxis(-1, [2, 3], "f")).toBe(1);
  for (const axis of [2, -3, 0.5, NaN]) {
    expect(() => normalizeAxis(axis, [2, 3], "f")).toThrow(ShapeError);
    expect(() => normalizeAxis(axis, [2, 3], "f")).toThrow(
      `f: expected an axis from -2 to 1, got axis ${axis}`,
    );
  }
});

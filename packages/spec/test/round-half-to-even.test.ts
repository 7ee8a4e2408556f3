import { roundHalfToEven } from "@octavo/spec";
import * as fc from "fast-check";
import { expect, test } from "vitest";

test("halves go to the even neighbour, all else to the nearest", () => {
  const halves = [-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5];
  expect(halves.map((x) => roundHalfToEven(x) + 0)).toEqual([-4, -2, -2, 0, 0, 2, 2, 4]);
  expect(roundHalfToEven(0.49999999999999994)).toBe(0);
  expect([Infinity, -Infinity, NaN, 2 ** 53, -3.4e38].map(roundHalfToEven)).toEqual([
    Infinity,
    -Infinity,
    NaN,
    2 ** 53,
    -3.4e38,
  ]);
});

test("is what float64 addition does, below 2^51", () => {
  const shift = 1.5 * 2 ** 52;
  fc.assert(
    fc.property(fc.double({ min: -(2 ** 51), max: 2 ** 51, noNaN: true }), (x) => {
      expect(roundHalfToEven(x) + 0).toBe(x + shift - shift + 0);
    }),
  );
});

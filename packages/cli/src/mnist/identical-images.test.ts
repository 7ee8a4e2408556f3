import { expect, it } from "vitest";
import { identicalImages } from "./identical-images.ts";

it("counts images, by their bits", () => {
  const a = Float32Array.of(1, 2, 0, 4, NaN, 6);
  expect(identicalImages(a, a.slice(), 2)).toBe(3);
  expect(identicalImages(a, a.with(3, 4.0000005), 2)).toBe(2);
  expect(identicalImages(a, a.with(2, -0), 2)).toBe(2);
  expect(identicalImages(a, a.slice(0, 4), 2)).toBe(0);
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closest, editDistance } from "./closest.ts";

const word = fc.string({ maxLength: 8 });

describe("editDistance", () => {
  it.each([
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["epoch", "epochs", 1],
  ])("%s → %s: %i", (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

  it("is a metric", () => {
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe("closest", () => {
  const known = ["epochs", "qat-epochs", "engine", "seed"];
  it.each([
    ["epoch", "epochs"],
    ["qatepochs", "qat-epochs"],
    ["sed", "seed"],
    ["banana", null],
  ])("%s → %s", (typed, meant) => expect(closest(typed, known)).toBe(meant));
});

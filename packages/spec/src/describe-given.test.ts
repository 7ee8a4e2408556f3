import { expect, it } from "vitest";

import { describeGiven } from "./describe-given.ts";

it.each([
  [null, "null"],
  [undefined, "undefined"],
  [-0.5, "-0.5"],
  [NaN, "NaN"],
  [true, "true"],
  ["3", '"3"'],
  [[1], "Array"],
  [{}, "Object"],
  [new Map(), "Map"],
  [Object.create(null), "object"],
  [() => 1, "Function"],
])("describes %o", (given, text) => expect(describeGiven(given)).toBe(text));

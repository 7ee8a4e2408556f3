import { expect, test } from "vitest";
import { ArgumentError, entryOf } from "./index.ts";

const table = { nearest: 1, bilinear: 2 };

test("gives the entry of a name", () => {
  expect(entryOf(table, "bilinear", "resize", "mode")).toBe(2);
});

test.each(["cubic", "constructor", undefined])("refuses %s with the names there are", (name) => {
  const ask = () => entryOf(table, name as "nearest", "resize", "mode");
  expect(ask).toThrow(ArgumentError);
  expect(ask).toThrow(`resize: expected mode nearest, bilinear, got ${name}.`);
});

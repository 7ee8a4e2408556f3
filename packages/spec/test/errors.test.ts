import { ArgumentError, OctavoError } from "@octavo/spec";
import { inspect } from "node:util";
import { expect, test } from "vitest";

test("an error says where, what was expected, what came and what to do", () => {
  const cause = new Error("why");
  const error = new ArgumentError({ where: "f", expected: "1", got: "2", hint: "Give 1.", cause });
  expect(error.message).toBe("f: expected 1, got 2.\nGive 1.");
  expect(error.name).toBe("ArgumentError");
  expect(error.cause).toBe(cause);
});

test("printed, an error is its message and stack, and nothing twice", () => {
  const error = new ArgumentError({ where: "f", expected: "1", got: "2" });
  expect(inspect(error)).toBe(error.stack);
  expect(error.stack).toMatch(/^ArgumentError: f: expected 1, got 2\.\n +at /);
  expect([error.where, error.expected, error.got, error.hint]).toEqual(["f", "1", "2", undefined]);
});

test("errors of another copy of this package are recognised, others are not", () => {
  const foreign = Object.assign(new Error("x"), { [Symbol.for("octavo.error")]: true });
  expect(OctavoError.isInstance(foreign)).toBe(true);
  expect([new Error("x"), null, "x", {}].some((value) => OctavoError.isInstance(value))).toBe(false);
});

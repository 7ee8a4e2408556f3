import { ArgumentError, OctavoError } from "@octavo/spec";
import type * as spec from "@octavo/spec";
import { join } from "node:path";
import { inspect } from "node:util";
import { rolldown } from "rolldown";
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

test("names survive a minifier", async () => {
  const bundle = await rolldown({ input: join(import.meta.dirname, "../src/errors.ts") });
  const [{ code }] = (await bundle.generate({ minify: true })).output;
  const minified = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as typeof spec;
  const names = Object.keys(minified) as ("ArgumentError" | "KernelError")[];
  expect(names).toHaveLength(7);
  for (const name of names) {
    expect(new minified[name]({ where: "f", expected: "1", got: "2" }).name).toBe(name);
    expect(minified[name].name).toBe(name);
  }
});

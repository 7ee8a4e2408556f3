import { runByteProductLaws } from "@octavo/testing";
import { describe, expect, it } from "vitest";

import { registrations } from "../src/index.ts";

/** How far activations may spread before sums could be wrong, by instruction set. */
const levels: Readonly<Record<string, number>> = {
  "x64-avx512vnni": 255,
  "x64-amx": 255,
  "x64-avxvnni": 255,
  "x64-avx512": 127,
  "x64-avx2": 127,
};

it("every instruction set is known here", () => {
  expect(registrations.map(({ name }) => name)).toEqual(Object.keys(levels));
});

for (const { name, open } of registrations) {
  const opened = await open();
  if ("provider" in opened) runByteProductLaws(opened.provider, levels[name], { describe, it });
  else describe.skip(`${name} (unavailable: ${opened.unavailable})`, () => it("nothing runs", () => {}));
}

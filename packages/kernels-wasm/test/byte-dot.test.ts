import { runByteProductLaws } from "@octavo/testing";
import { describe, expect, it } from "vitest";

import { registrations } from "../src/index.ts";

/** How far activations may spread before sums could be wrong, by instruction set. */
const levels: Readonly<Record<string, number>> = {
  "wasm-relaxed-pairs-threads": 127,
  "wasm-relaxed-threads": 127,
  "wasm-simd128-threads": 0,
  "wasm-relaxed-pairs": 127,
  "wasm-relaxed": 127,
  "wasm-simd128": 0,
};

it("every instruction set is known here", () => {
  expect(registrations.map(({ name }) => name)).toEqual(Object.keys(levels));
});

for (const { name, open } of registrations) {
  const opened = await open();
  if ("provider" in opened) runByteProductLaws(opened.provider, levels[name], { describe, it });
  else describe.skip(`${name} (unavailable: ${opened.unavailable})`, () => it("nothing runs", () => {}));
}

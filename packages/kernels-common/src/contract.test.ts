import { readFileSync } from "node:fs";
import { BinaryOp, convShape, gemmShape, poolShape, ReduceOp, signatures, UnaryOp } from "@octavo/spec";
import { describe, expect, it } from "vitest";

const header = (name: string): string =>
  readFileSync(new URL(`../cpp/${name}`, import.meta.url), "utf8").replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");

/** The header, and in the place of each `#include` that header's. */
const wholeHeader = (name: string): string =>
  header(name).replaceAll(/#include "(.*)"/g, (_, included: string) => wholeHeader(included));

/** Names between the braces of a declaration. */
function namesIn(text: string, start: string): string[] {
  const at = text.indexOf(start);
  expect(at, start).toBeGreaterThanOrEqual(0);
  const body = text.slice(text.indexOf("{", at) + 1, text.indexOf("}", at));
  return body
    .replaceAll(/\b(int32_t|Spatial)\b/g, "")
    .split(/[,;]/)
    .map((name) => name.trim())
    .filter(Boolean);
}

describe("the C++ headers say what @octavo/spec says", () => {
  it.each([
    ["UnaryOp", UnaryOp],
    ["BinaryOp", BinaryOp],
    ["ReduceOp", ReduceOp],
  ])("operators.h: %s", (name, codes) => {
    const expected = Object.entries(codes)
      .sort(([, a], [, b]) => a - b)
      .map(([operator]) => operator);
    expect(namesIn(header("operators.h"), `enum class ${name}`)).toEqual(expected);
  });

  const ones = [1, 1, 1] as const;
  const spatial = { inSize: ones, outSize: ones, kernel: ones, stride: ones, padding: ones, dilation: ones };
  it.each([
    ["ConvShape", convShape({ batch: 1, inChannels: 1, outChannels: 1, groups: 1, ...spatial })],
    [
      "PoolShape",
      poolShape({ batch: 1, channels: 1, ...spatial, adaptive: false, countIncludePad: true, divisor: 0 }),
    ],
    [
      "GemmShape",
      gemmShape({
        batch: 1,
        m: 1,
        n: 1,
        k: 1,
        transposeA: false,
        transposeB: false,
        strideA: 0,
        strideB: 0,
        strideC: 0,
        accumulate: false,
      }),
    ],
  ])("shapes.h: %s", (name, shape) => {
    expect(namesIn(header("shapes.h"), `struct ${name}`)).toEqual(
      Object.keys(shape).filter((key) => key !== "packed"),
    );
  });

  it("kernel-list.h: the kernels of the contract, each once", () => {
    const listed = [...wholeHeader("kernel-list.h").matchAll(/KERNEL\((\w+)\)/g)].map(([, name]) => name);
    expect(listed.sort()).toEqual(Object.keys(signatures).sort());
  });
});

it("signatures have at most one shape", () => {
  for (const [name, roles] of Object.entries(signatures)) {
    expect(roles.filter((role) => role === "shape").length, name).toBeLessThanOrEqual(1);
    expect(roles.every(Boolean), name).toBe(true);
  }
});

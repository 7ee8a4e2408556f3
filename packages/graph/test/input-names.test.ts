import { Module } from "@octavo/nn";
import { add, randn } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import { inputNames, trace } from "../src/index.ts";

/** A model whose forward has this source. */
function modelWith(forward: string): Module {
  const model = new (class extends Module {
    override forward(): void {}
  })();
  return Object.assign(model, { forward: new Function(`return ${forward}`)() as () => void });
}

const method = (list: string) => `({ forward(${list}) { return [1, (2)]; } }).forward`;

describe("names of inputs", () => {
  it.each([
    [method("image, mask"), ["image", "mask"]],
    [method("image /* (N, C, …) */, // first\n mask,"), ["image", "mask"]],
    [method("$x, größe = null, rest = -1.5"), ["$x", "größe"]],
    [method("x, y, options = { a: 1 }"), ["x", "y"]],
    ["function forward(x, y) { return x; }", ["x", "y"]],
    ["async (x, y) => x", ["x", "y"]],
    ["(x, y) => x", ["x", "y"]],
  ])("%s", (forward, expected) => {
    expect(inputNames(modelWith(forward), 2)).toEqual(expected);
  });

  it.each([
    method("x"),
    method("...inputs"),
    method("x, ...others"),
    method("{ x, y }, z"),
    method("[x, y, z], mask"),
    method("x = [1, 2], y"),
    method("x = { p: 1, q: 2 }, y"),
    method('x = "(a, b", y'),
    method("x = f(1), y"),
    method("x = (a, b) => a, y"),
    method('x = "//", y'),
    "x => [x, (y, z)]",
    `(${method("x, y")}).bind(null)`,
  ])("numbers where the source has none: %s", (forward) => {
    expect(inputNames(modelWith(forward), 2)).toEqual(["input0", "input1"]);
  });

  it("of a graph are its placeholders", () => {
    const forward = (a: never, b: never) => add(a, b);
    const traced = trace(Object.assign(modelWith("() => 0"), { forward }), [randn([2]), randn([2])]);
    expect(inputNames(traced, 2)).toEqual(["a", "b"]);
    expect(inputNames(modelWith(method("...inputs")), 1)).toEqual(["input"]);
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";

import { places } from "./internal/relaxed-program.ts";
import type { RelaxedSimd } from "./relaxed-simd.ts";

/** How a processor reads the second operand's bytes, and how wide the sums of pairs are. */
interface Processor {
  readonly second: (byte: number) => number;
  readonly pair: (sum: number) => number;
  readonly multiplyAdd?: (a: number, b: number, c: number) => number;
}

const signed = (byte: number) => (byte << 24) >> 24;
const unsigned = (byte: number) => byte;
const exact = (sum: number) => sum;
const saturated = (sum: number) => Math.max(-32_768, Math.min(32_767, sum));

const once = (a: number, b: number, c: number) => Math.fround(a * b + c);

/** The instance of the test module that an engine on such a processor makes. */
function instanceOn({ second, pair, multiplyAdd = once }: Processor) {
  const m = new WebAssembly.Memory({ initial: 1 });
  const at = <T>(
    type: new (buffer: ArrayBuffer, place: number, length: number) => T,
    place: number,
    n: number,
  ) => new type(m.buffer, place, n);
  const f = () => {
    const [weights, activations] = [
      at(Int8Array, places.weights, 16),
      at(Uint8Array, places.activations, 16),
    ];
    const [sums, dot, pairs] = [
      at(Int32Array, places.sums, 4),
      at(Int32Array, places.dot, 4),
      at(Int16Array, places.pairs, 8),
    ];
    const [factors, terms, made] = [places.factors, places.terms, places.multiplyAdd].map((place) =>
      at(Float32Array, place, 4),
    );
    const product = (i: number) => weights[i] * second(activations[i]);
    for (let i = 0; i < 4; i++) {
      const [low, high] = [2 * i, 2 * i + 1].map((one) => pair(product(2 * one) + product(2 * one + 1)));
      pairs.set([low, high], 2 * i);
      dot[i] = sums[i] + low + high;
      made[i] = multiplyAdd(factors[i], terms[i], terms[i]);
    }
  };
  return { exports: { m, f } };
}

async function trial(engine: object): Promise<RelaxedSimd> {
  vi.resetModules();
  vi.stubGlobal("WebAssembly", { ...globals, ...engine });
  return (await import("./relaxed-simd.ts")).relaxedSimd();
}

const { Memory, Module, Instance, validate } = WebAssembly;
const globals = { Memory, Module, Instance, validate };
const on = (processor: Processor) => ({
  validate: () => true,
  Module: function () {},
  Instance: function () {
    return instanceOn(processor);
  },
});

describe("relaxed SIMD", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("runs in this engine, or is not known to it", async () => {
    const [major] = process.versions.node.split(".").map(Number);
    const { missing } = await trial({});
    expect(missing).toBe(major >= 22 ? null : "this engine has no relaxed SIMD");
  });

  it("is missing where its module is no WebAssembly", async () => {
    const { missing } = await trial({ validate: () => false });
    expect(missing).toBe("this engine has no relaxed SIMD");
  });

  it.each([
    ["x86 before VNNI", { second: unsigned, pair: saturated }, true],
    ["x86 with VNNI", { second: unsigned, pair: exact }, false],
    ["ARM", { second: signed, pair: exact }, false],
    [
      "one that rounds twice",
      {
        second: signed,
        pair: exact,
        multiplyAdd: (a: number, b: number, c: number) => Math.fround(Math.fround(a * b) + c),
      },
      false,
    ],
  ])("of %s is right", async (_, processor, addsPairs) => {
    expect(await trial(on(processor))).toEqual({ missing: null, addsPairs });
  });

  it.each([
    ["signs", { second: (byte: number) => -byte, pair: exact }],
    ["widths", { second: unsigned, pair: signed }],
    ["float sums", { second: unsigned, pair: exact, multiplyAdd: (a: number, b: number) => a * b }],
  ])("is refused where %s are wrong", async (_, processor) => {
    expect((await trial(on(processor))).missing).toBe("this engine computes relaxed SIMD wrongly");
  });
});

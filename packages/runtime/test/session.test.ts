import { inspect } from "node:util";
import { loadKernels } from "@octavo/backend";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";

import { checkProgram, load, Session } from "../src/index.ts";
import { separateBuffers } from "../src/internal/arena.ts";
import { Executor } from "../src/internal/executor.ts";
import { ProgramBuilder } from "./program-builder.ts";
import { floats, randomProgram } from "./random-program.ts";
import { smallProgram } from "./small-program.ts";

beforeAll(() => loadKernels({ use: "reference" }));

const image = (batch: number, seed = 0) => ({ data: floats(seed, batch * 40), shape: [batch, 2, 5, 4] });

describe("laws", () => {
  test("an arena gives what separate buffers give", () => {
    fc.assert(
      fc.property(randomProgram, fc.integer({ min: 1, max: 3 }), fc.nat(), (program, batch, seed) => {
        checkProgram(program);
        const input = image(batch, seed);
        const session = new Session(program);
        const results = session.run({ image: input });
        const naive = new Executor(program, undefined, separateBuffers);
        const naiveResults = program.outputs.map(() => null);
        naive.run(batch, [input], naiveResults);
        expect(Object.values(results)).toEqual(naiveResults);
        session.dispose();
        naive.dispose();
      }),
    );
  });

  test("a batch gives what its examples give alone, in any order of batch sizes", () => {
    using session = new Session(smallProgram());
    const together = session.run(image(5, 3));
    expect(together.shape).toEqual([5, 3, 3, 2]);
    for (let i = 4; i >= 0; i--) {
      const alone = session.run({ data: image(5, 3).data.slice(i * 40, (i + 1) * 40), shape: [1, 2, 5, 4] });
      expect(alone.data).toEqual(together.data.slice(i * 18, (i + 1) * 18));
    }
    expect(session.run(image(5, 3)).data).toEqual(together.data);
  });

  test("channels-last inputs and plain arrays give the same", () => {
    using session = new Session(smallProgram());
    const { data, shape } = image(2, 9);
    const last = data.map((_, i) => data[Math.floor(i / 40) * 40 + (i % 2) * 20 + Math.floor((i % 40) / 2)]);
    const expected = session.run({ data, shape }).data;
    expect(session.run({ data: last, shape, memoryFormat: "channelsLast" }).data).toEqual(expected);
    expect(session.run({ data: [...data], shape }).data).toEqual(expected);
  });

  test("outputs are arrays of their own: a later run does not change them", () => {
    using session = new Session(smallProgram());
    const first = session.run(image(1, 1)).data;
    const copy = first.slice();
    session.run(image(1, 2));
    expect(first).toEqual(copy);
  });

  test("more batch sizes than plans are remembered", () => {
    using session = new Session(smallProgram());
    const expected = session.run(image(1, 4)).data;
    for (let batch = 1; batch < 12; batch++) expect(session.run(image(batch, 4)).shape[0]).toBe(batch);
    expect(session.run(image(1, 4)).data).toEqual(expected);
  });
});

describe("inputs that do not fit", () => {
  const nan = image(1);
  nan.data[17] = NaN;
  const cases: Record<string, [input: unknown, message: RegExp]> = {
    "no batch": [
      { data: new Float32Array(40), shape: [2, 5, 4] },
      /input 'image': expected a shape \[batch ≥ 1, 2, 5, 4\], got \[2, 5, 4\].\nFor one example, give it as \[1, 2, 5, 4\]/,
    ],
    "another size": [
      { data: new Float32Array(60), shape: [1, 3, 5, 4] },
      /expected a shape \[batch ≥ 1, 2, 5, 4\], got \[1, 3, 5, 4\]/,
    ],
    "an empty batch": [{ data: new Float32Array(0), shape: [0, 2, 5, 4] }, /got \[0, 2, 5, 4\]/],
    "fewer elements": [
      { data: new Float32Array(39), shape: [1, 2, 5, 4] },
      /expected 40 elements for \[1, 2, 5, 4\], got 39/,
    ],
    "bytes for floats": [
      { data: new Uint8Array(40), shape: [1, 2, 5, 4] },
      /expected Float32Array or a plain array \(float32\), got Uint8Array.\nConvert it/,
    ],
    NaN: [nan, /input 'image': expected numbers, got NaN among them/],
    "an unknown name": [
      { picture: image(1) },
      /expected the inputs image \[batch ≥ 1, 2, 5, 4\], got no 'image', but unknown 'picture'\.\nGive a tensor/,
    ],
    nothing: [undefined as never, /expected the inputs image \[.*\], got undefined\.\nGive a tensor/],
    "a missing name": [{}, /expected the inputs image \[.*\], got no 'image'\./],
    "numbers without a shape": [
      new Float32Array(40),
      /expected the inputs image \[.*\], got numbers without a shape\.\nGive a tensor, \{ data, shape \}, or tensors by name, \{ image \}\.$/,
    ],
    "a list of tensors": [[image(1)], /expected the inputs image \[.*\], got a list without names\./],
  };
  test.each(Object.entries(cases))("%s", (_, [input, message]) => {
    using session = new Session(smallProgram());
    expect(() => session.run(input as never)).toThrow(message);
  });

  test("two inputs of different batch sizes, under other names, and one tensor for two", () => {
    const net = new ProgramBuilder();
    const shape = [-1, 3];
    const a = net.input("a", { shape, dtype: "float32" });
    const b = net.input("b", { shape, dtype: "float32" });
    using session = new Session(
      net.build(net.op("binary", [a, b], { shape, dtype: "float32" }, { operator: "add" })),
    );
    const rows = (count: number) => ({ data: new Float32Array(3 * count), shape: [count, 3] });
    expect(() => session.run({ a: rows(1), b: rows(2) })).toThrow(
      /one batch size for all inputs, got 1 of 'a' and 2 of 'b'\./,
    );
    expect(() => session.run({ x: rows(1), y: rows(1), z: rows(1) })).toThrow(
      "expected the inputs a [batch ≥ 1, 3], b [batch ≥ 1, 3], got no 'a', 'b', but unknown 'x', 'y', 'z'.\nGive tensors by name, { a, b }.",
    );
    expect(() => session.run({ a: rows(1), b: rows(1), c: rows(1) })).toThrow(", got unknown 'c'.\n");
    expect(() => session.run(rows(1))).toThrow(/inputs by name: \{ a, b \}, got one tensor/);
  });
});

describe("Session", () => {
  test("tells its inputs and outputs, and prints its ops", () => {
    using session = new Session(smallProgram());
    expect(session.inputs).toEqual([{ name: "image", dtype: "float32", shape: [-1, 2, 5, 4] }]);
    expect(session.outputs).toEqual([{ name: "layers.2", dtype: "float32", shape: [-1, 3, 3, 2] }]);
    expect(String(session)).toMatchInlineSnapshot(`
      "Program net: 3 ops, 2 constants of 58 bytes
          op          inputs  output                                                   settings             from
      %0  input               float32 N×2×5×4 channelsLast                                                  image
      %1  quantize    %0      quint8 N×2×5×4 channelsLast (scale 0.02, zeroPoint 128)                       layers.0
      %2  conv        %1      quint8 N×3×3×2 channelsLast (scale 0.1, zeroPoint 7)     weight, weightScale  layers.1
      %3  dequantize  %2      float32 N×3×3×2 channelsLast                                                  layers.2
      returns %3"
    `);
  });

  test("profiles every op and leaves the results as they are", () => {
    using session = new Session(smallProgram());
    const before = session.run(image(2));
    const profile = session.profile(image(2), 3);
    expect(profile.rows.map(({ index, name, op, shapes }) => [index, name, op, shapes])).toEqual([
      [0, "layers.0", "quantize", "2×2×5×4 → 2×2×5×4"],
      [1, "layers.1", "conv", "2×2×5×4 → 2×3×3×2"],
      [2, "layers.2", "dequantize", "2×3×3×2 → 2×3×3×2"],
    ]);
    const [quantize, conv] = profile.rows;
    expect(quantize.gmacs).toBeNull();
    expect(conv.kernel).toMatch(/^quantizedConv direct on reference\b/);
    expect(conv.gmacs! * conv.ms * 1e6).toBeCloseTo(2 * 3 * 3 * 2 * 18);
    expect(profile.rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(profile.rows.every(({ ms }) => ms > 0 && ms < Infinity)).toBe(true);
    expect(String(profile).split("\n")).toHaveLength(5);
    expect(inspect(profile)).toBe(String(profile));
    expect(session.run(image(2))).toEqual(before);
    expect(() => session.profile(image(2), 0)).toThrow(
      /runs to profile 'net': expected an integer ≥ 1, got 0/,
    );
  });

  test("explains which kernel runs what", () => {
    using session = new Session(smallProgram());
    expect(session.explain()).toMatch(/1 {2}layers\.1 \(conv\): quantizedConv direct on reference\b/);
    expect(session.explain()).toMatch(/arena planned at the first run, constants \d+ bytes$/);
    session.run(image(1));
    expect(session.explain()).toMatch(/arena [1-9]\d* bytes, constants \d+ bytes$/);
  });

  test("takes quantized inputs and gives quantized outputs, with their qparams", () => {
    const net = new ProgramBuilder();
    const q = { shape: [-1, 4], scale: 0.5, zeroPoint: 3 };
    const x = net.input("x", q);
    using session = new Session(
      net.build(net.op("slice", [x], { ...q, shape: [-1, 2] }, { axis: 1, start: 1, end: 4, step: 2 })),
    );
    const y = session.run({ data: Uint8Array.of(1, 2, 3, 4), shape: [1, 4] });
    expect(y.data).toEqual(Uint8Array.of(2, 4));
    expect(y.qparams).toEqual({ scale: 0.5, zeroPoint: 3, quantMin: 0, quantMax: 255 });
    expect(() => session.run({ data: new Float32Array(4), shape: [1, 4] })).toThrow(
      /Uint8Array or a plain array \(quint8\), got Float32Array.\nGive the integers/,
    );
  });

  test("refuses integers outside the range of a quantized input", () => {
    const net = new ProgramBuilder();
    const parts = { shape: [-1, 4], scale: 0.5, zeroPoint: 3 };
    const program = net.build(net.op("reshape", [net.input("x", parts)], parts));
    const values = program.values.map((value) => ({
      ...value,
      qparams: { ...value.qparams!, quantMax: 127 },
    }));
    using session = new Session({ ...program, values });
    expect(session.run({ data: [0, 127, 3, 4], shape: [1, 4] }).data).toEqual(Uint8Array.of(0, 127, 3, 4));
    expect(() => session.run({ data: [0, 128, 3, 4], shape: [1, 4] })).toThrow(
      /input 'x': expected integers from 0 to 127, got 128 among them/,
    );
  });

  test("cannot be used after dispose", () => {
    const session = new Session(smallProgram());
    session.dispose();
    session.dispose();
    expect(() => session.run(image(1))).toThrow(/expected a session in use, got one that was disposed/);
  });

  test("load takes a program and leaves kernels that were chosen", async () => {
    using session = await load(smallProgram());
    expect(session.explain()).toMatch(/quantizedConv direct on reference\b/);
    await expect(load(smallProgram(), { kernels: { use: "abacus" } })).rejects.toThrow(/abacus/);
  });

  test.each([
    [{ thread: 2 }, "load: expected options kernels, threads, got thread."],
    [{ kernels: { provider: "wasm" } }, "load({ kernels }): expected options use, threads, got provider."],
    [
      { kernels: "wasm" },
      'load({ kernels }): expected options use, threads, got "wasm".\nOptions are one object, { use: … }.',
    ],
    [{ kernels: Promise.resolve() }, "load({ kernels }): expected options use, threads, got Promise."],
    [{ kernels: null }, "load({ kernels }): expected options use, threads, got null."],
    [{ threads: "2" }, "threads for 'net': expected an integer ≥ 1, got \"2\"."],
  ])("load refuses %j", async (options, message) => {
    await expect(load(smallProgram(), options as never)).rejects.toThrow(message);
  });

  test("refuses options that it does not have", () => {
    expect(() => new Session(smallProgram(), { thread: 2 } as never)).toThrow(
      "Session: expected options threads, got thread.",
    );
  });
});

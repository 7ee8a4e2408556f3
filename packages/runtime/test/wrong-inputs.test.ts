import { loadKernels } from "@octavo/backend";
import { OctavoError } from "@octavo/spec";
import type { DType } from "@octavo/spec";
import { beforeAll, describe, expect, test } from "vitest";

import { Session } from "../src/index.ts";
import { ProgramBuilder } from "./program-builder.ts";

beforeAll(() => loadKernels({ use: "reference" }));

/** A program that gives its input back. */
function identity(dtype: DType, shape: readonly number[] = [-1, 4]): Session {
  const net = new ProgramBuilder();
  const parts = { shape, dtype, memoryFormat: "contiguous" } as const;
  return new Session(net.build(net.op("reshape", [net.input("x", parts)], parts)));
}

/** Workers run from their source here. */
const needsTypeScript = !process.features.typescript;

/** The same error, an `OctavoError` with this message, from `run` and `runAsync`. */
async function expectRefused(session: Session, input: unknown, message: string): Promise<void> {
  const alone = (() => {
    try {
      session.run(input as never);
    } catch (error) {
      return error as OctavoError;
    }
  })();
  expect(OctavoError.isInstance(alone), String(alone)).toBe(true);
  expect(alone?.message).toContain(message);
  await expect(session.runAsync(input as never)).rejects.toThrow(alone?.message);
}

describe("plain arrays", () => {
  const cases: readonly (readonly [DType, readonly unknown[], string])[] = [
    ["quint8", [300, 0, 0, 0], "integers from 0 to 255, got 300 among them"],
    ["quint8", [0, -1, 0, 0], "integers from 0 to 255, got -1 among them"],
    ["quint8", [0, 0, 1.7, 0], "integers from 0 to 255, got 1.7 among them"],
    ["quint8", [0, 0, 0, NaN], "integers from 0 to 255, got NaN among them"],
    ["quint8", ["3", 0, 0, 0], 'integers from 0 to 255, got "3" among them'],
    ["quint8", [0, null, 0, 0], "integers from 0 to 255, got null among them"],
    ["quint8", [0, 0, undefined, 0], "integers from 0 to 255, got undefined among them"],
    ["quint8", [0, 0, 0, true], "integers from 0 to 255, got true among them"],
    ["qint8", [128, 0, 0, 0], "integers from -128 to 127, got 128 among them"],
    ["float32", [1, null, 0, 0], "numbers, got null among them"],
    ["float32", ["1", 0, 0, 0], 'numbers, got "1" among them'],
    ["int32", [0, 2 ** 31, 0, 0], "integers (int32), got 2147483648 among them"],
    ["int64", [1.5, 0, 0, 0], "integers (int64), got 1.5 among them"],
    ["int64", [0, NaN, 0, 0], "integers (int64), got NaN among them"],
    ["int64", [0, 0, 2n ** 63n, 0], "integers (int64), got 9223372036854775808 among them"],
  ];
  test.skipIf(needsTypeScript).each(cases)("%s refuses %o", async (dtype, data, message) => {
    using session = identity(dtype);
    await expectRefused(session, { data, shape: [1, 4] }, `input 'x': expected ${message}.`);
  });

  test("with what a dtype has give the same as its typed arrays", () => {
    const given: readonly (readonly [DType, readonly unknown[], ArrayLike<unknown>])[] = [
      ["quint8", [0, 255, 3, -0], Uint8Array.of(0, 255, 3, 0)],
      ["qint8", [-128, 127, 3, 4], Int8Array.of(-128, 127, 3, 4)],
      ["float32", [0.1, -0, 1e39, 1], Float32Array.of(0.1, -0, Infinity, 1)],
      ["int64", [-1, 2n, 2 ** 60, 0], BigInt64Array.of(-1n, 2n, 2n ** 60n, 0n)],
      ["bool", [true, false, 1, 0], Uint8Array.of(1, 0, 1, 0)],
    ];
    for (const [dtype, data, expected] of given) {
      using session = identity(dtype);
      expect(session.run({ data, shape: [1, 4] } as never).data).toEqual(expected);
    }
  });
});

describe("memory formats", () => {
  const data = Float32Array.from({ length: 12 }, (_, i) => i);

  test.each(["nhwc", "Contiguous", "channels_last", "toString", null, 5])("%j is none", async (given) => {
    using session = identity("float32", [-1, 2, 3, 2]);
    await expectRefused(
      session,
      { data, shape: [1, 2, 3, 2], memoryFormat: given },
      `input 'x': expected memory format contiguous (rank 0 to 8) or channelsLast (rank 3 to 5), got ${JSON.stringify(given)}.`,
    );
  });

  test("of ranks above 5 there is one", async () => {
    const shape = [1, 2, 3, 2, 1, 1];
    using session = identity("float32", shape);
    await expectRefused(session, { data, shape, memoryFormat: "channelsLast" }, 'got "channelsLast".');
  });
});

describe("what is no tensor", () => {
  const data = new Float32Array(4);
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["no data", { data: null, shape: [1, 4] }, "Object (data null, shape Array)"],
    ["null by name", { x: null }, "null (data undefined, shape undefined)"],
    ["no data by name", { x: { shape: [1, 4] } }, "Object (data undefined, shape Array)"],
    ["no shape by name", { x: { data } }, "Object (data Float32Array, shape undefined)"],
    ["numbers by name", { x: data }, "Float32Array (data undefined, shape undefined)"],
  ];
  test.each(cases)("%s", async (_, input, got) => {
    using session = identity("float32");
    await expectRefused(
      session,
      input,
      `input 'x': expected a tensor, { data, shape }, of shape [batch ≥ 1, 4], got ${got}.`,
    );
  });

  test.each([0, 1.5])("a batch of %s", async (batch) => {
    using session = identity("float32");
    const input = { data: new Float32Array(4 * batch), shape: [batch, 4] };
    await expectRefused(session, input, `input 'x': expected a shape [batch ≥ 1, 4], got [${batch}, 4].`);
  });
});

describe("results of an earlier run", () => {
  /** x → x as `layers.0` and −x as `layers.1`. */
  function pair(): Session {
    const net = new ProgramBuilder();
    const parts = { shape: [-1, 4], dtype: "float32" } as const;
    const x = net.input("x", parts);
    return new Session(
      net.build(net.op("reshape", [x], parts), net.op("unary", [x], parts, { operator: "neg" })),
    );
  }
  const x = { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] };

  test("are an own one for each output", () => {
    using session = pair();
    const first = session.run({ x })["layers.0"];
    const copy = { ...first };
    const message = "program 'net': expected all results of an earlier run, got no 'layers.1' of its own.";
    const both = new Float32Array(8);
    const behind = { ...first, data: both.subarray(4) };
    const overlapping = { ...first, data: both.subarray(1, 5) };
    expect(() => session.run({ x }, { "layers.0": behind, "layers.1": overlapping })).toThrow(message);
    const before = { ...first, data: both.subarray(0, 4) };
    session.run({ x }, { "layers.0": behind, "layers.1": before });
    expect([...both]).toEqual([-1, -2, -3, -4, 1, 2, 3, 4]);
    for (const second of [first, copy, null, undefined])
      expect(() => session.run({ x }, { "layers.0": first, "layers.1": second } as never)).toThrow(message);
    expect(() => session.run({ x }, null as never)).toThrow("got no 'layers.0' of its own.");
  });

  test("are tensors", () => {
    using session = identity("float32");
    expect(() => session.run(x, null as never)).toThrow("got no 'layers.0' of its own.");
    expect(() => session.run(x, { data: x.data } as never)).toThrow(/got \[undefined\] with 4 elements/);
    expect(() => session.run(x, 5 as never)).toThrow(
      "output 'layers.0': expected Float32Array (float32), got undefined.",
    );
  });
});

describe("indices of embeddings", () => {
  function embedding(dtype: "int32" | "int64"): Session {
    const net = new ProgramBuilder();
    const ids = net.input("ids", { shape: [-1, 2], dtype });
    const table = Float32Array.of(1, 2, 3);
    const y = net.op(
      "embedding",
      [ids],
      { shape: [-1, 2, 1], dtype: "float32", memoryFormat: "contiguous" },
      {},
      { weight: ["float32", [3, 1], table] },
    );
    return new Session(net.build(y));
  }
  const wrong = (index: string) =>
    `net, op 0 'layers.0' (embedding), input 'ids': expected indices from 0 to 2, got ${index}.`;

  test.skipIf(needsTypeScript).each(["reference", "wasm", "native"])(
    "that no row has are named with their input, %s",
    async (use) => {
      await loadKernels({ use }).catch(() => loadKernels({ use: "reference" }));
      using session = embedding("int64");
      await expectRefused(session, { data: [1, 7], shape: [1, 2] }, wrong("7"));
      await expectRefused(session, { data: [-1n, 0n], shape: [1, 2] }, wrong("-1"));
      using short = embedding("int32");
      await expectRefused(short, { data: Int32Array.of(2, 3), shape: [1, 2] }, wrong("3"));
      expect(() => short.profile({ data: Int32Array.of(2, 3), shape: [1, 2] })).toThrow(wrong("3"));
      expect(short.run({ data: Int32Array.of(2, 0), shape: [1, 2] }).data).toEqual(Float32Array.of(3, 1));
      await loadKernels({ use: "reference" });
    },
  );
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { ArgumentError, FormatError } from "@octavo/spec";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { bytesOf, readSafetensors, storedDTypes, writeSafetensors } from "./index.ts";
import type { StoredDType, StoredTensor } from "./index.ts";

const tensor = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(storedDTypes) as StoredDType[])),
    shape: fc.array(fc.nat(4), { maxLength: 4 }),
    seed: fc.nat(255),
  })
  .map(({ dtype, shape, seed }) => {
    const bytes = new Uint8Array(shape.reduce((a, b) => a * b, 1) * storedDTypes[dtype].bytes);
    for (let i = 0; i < bytes.length; i++) bytes[i] = seed + 37 * i;
    return { dtype, shape, data: new storedDTypes[dtype].array(bytes.buffer) } as StoredTensor;
  });
const name = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("__proto__", "10", "2", '"', "a.b", ""),
);
const tensors = fc
  .uniqueArray(fc.tuple(name, tensor), { selector: ([name]) => name, maxLength: 6 })
  .filter((list) => list.every(([name]) => name !== "__metadata__"));
const metadata = fc.dictionary(name, fc.string(), { maxKeys: 3 });

const rawBytes = ({ data }: StoredTensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

describe("laws", () => {
  test("write, then read, is the identity, at any alignment of the bytes", () => {
    fc.assert(
      fc.property(tensors, metadata, fc.nat(7), fc.boolean(), (list, metadata, offset, isBuffer) => {
        const written = writeSafetensors(list, metadata);
        const bytes = (isBuffer ? Buffer : Uint8Array).from(new Uint8Array(written.length + offset));
        const shifted = bytes.subarray(offset);
        shifted.set(written);
        const read = readSafetensors(shifted);
        expect(read.metadata).toEqual(metadata);
        expect(read.tensors.size).toBe(list.length);
        for (const [name, tensor] of list) {
          const copy = read.tensors.get(name)!;
          expect([copy.dtype, copy.shape, copy.data.constructor]).toEqual([
            tensor.dtype,
            tensor.shape,
            tensor.data.constructor,
          ]);
          expect(rawBytes(copy)).toEqual(rawBytes(tensor));
        }
      }),
    );
  });

  test("tensors are views of the bytes, with the data aligned to 8", () => {
    const list = [
      ["byte", { dtype: "U8", shape: [3], data: new Uint8Array(3) }],
      ["double", { dtype: "F64", shape: [2], data: new Float64Array(2) }],
    ] as const;
    const bytes = writeSafetensors(list);
    for (const [, { data }] of readSafetensors(bytes).tensors) expect(data.buffer).toBe(bytes.buffer);
    expect(readSafetensors(bytes).tensors.get("double")!.data.byteOffset % 8).toBe(0);
  });

  test("damaged bytes give FormatError or a consistent file, never a crash", () => {
    let refused = 0;
    fc.assert(
      fc.property(
        tensors,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        fc.nat(),
        (list, edits, cut) => {
          const bytes = writeSafetensors(list);
          for (const [at, value] of edits) bytes[at % Math.min(bytes.length, 200)] = value;
          for (const file of [bytes, bytes.subarray(0, cut % bytes.length)]) {
            try {
              for (const [, { shape, data }] of readSafetensors(file).tensors) {
                expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
              }
            } catch (error) {
              expect(error).toBeInstanceOf(FormatError);
              refused++;
            }
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  test("every truncation of a file with data is refused", () => {
    const bytes = writeSafetensors([["w", { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }]]);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length), "w.safetensors")).toThrow(FormatError);
    }
  });
});

test.each<[unknown, string]>([
  ["net.safetensors", '"net.safetensors"'],
  [new DataView(new ArrayBuffer(16)), "DataView"],
  [Promise.resolve(new Uint8Array(16)), "Promise"],
  [undefined, "undefined"],
])("%s is no file's bytes", (given, got) => {
  expect(() => readSafetensors(given as never)).toThrow(ArgumentError);
  expect(() => readSafetensors(given as never)).toThrow(
    `safetensors: expected a file as a Uint8Array or ArrayBuffer, got ${got}.`,
  );
});

test("a file is bytes as fetch gives them, too", () => {
  const bytes = writeSafetensors([["w", { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }]]);
  expect(readSafetensors(bytes.buffer)).toEqual(readSafetensors(bytes));
  expect(bytesOf(bytes, "w")).toBe(bytes);
  expect(bytesOf(bytes.buffer, "w").buffer).toBe(bytes.buffer);
  expect(() => bytesOf(null as never, "w")).toThrow(
    "w: expected a file as a Uint8Array or ArrayBuffer, got null.",
  );
});

/** A file with this header text and that many bytes of data. */
function file(header: string, dataLength = 0): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
const entry = (begin: number, end: number, shape = "[1]", dtype = "F32") =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe("hostile files", () => {
  const cases: Record<string, [file: Uint8Array, message: RegExp]> = {
    "a header longer than the file": [
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127),
      /a header of at most 0 bytes, got a header length of 9223372036854775807/,
    ],
    "another format": [
      new TextEncoder().encode("PK\x03\x04 a zip archive"),
      /truncated or not a safetensors file/,
    ],
    "a header that is no JSON": [file("{nothing}"), /a header of JSON/],
    "a header that is no UTF-8": [
      file("{}").map((byte) => (byte === 0x7d ? 0xff : byte)),
      /a header of JSON/,
    ],
    "a header that is a list": [file("[]"), /a JSON object, got \[\]/],
    "an entry that is no object": [file('{"a":3}'), /tensor 'a': expected an object, got 3/],
    "a missing field": [file('{"a":{"dtype":"F32","shape":[]}}'), /data_offsets \[begin, end\], got nothing/],
    "an unknown field": [
      file(`{"a":${entry(0, 4).replace("{", '{"x":1,')}}`, 4),
      /data_offsets only, got \["x"\]/,
    ],
    "an unknown dtype": [
      file(`{"a":${entry(0, 4, "[1]", "toString")}}`, 4),
      /a dtype among F64, .*got toString/,
    ],
    "a negative size": [file(`{"a":${entry(0, 4, "[-1]")}}`, 4), /a shape of sizes ≥ 0, got \[-1\]/],
    "a fractional size": [file(`{"a":${entry(0, 4, "[1.5]")}}`, 4), /a shape of sizes ≥ 0/],
    "a size beyond all integers": [file(`{"a":${entry(0, 4, "[1e300]")}}`, 4), /a shape of sizes ≥ 0/],
    "a product beyond the file": [
      file(`{"a":${entry(0, 4, "[4294967296,4294967296]")}}`, 4),
      /bytes for F32 of shape .*, got 4 bytes/,
    ],
    "an end beyond the data": [
      file(`{"a":${entry(0, 8, "[2]")}}`, 4),
      /data_offsets within the 4 bytes of data, got \[0,8\]\.\nThe file is truncated\.$/,
    ],
    "offsets the wrong way round": [
      file(`{"a":${entry(4, 0, "[1]")}}`, 4),
      /data_offsets \[begin, end\], got \[4,0\]/,
    ],
    "a wrong size": [file(`{"a":${entry(0, 4, "[2]")}}`, 4), /8 bytes for F32 of shape \[2\], got 4 bytes/],
    overlap: [
      file(`{"a":${entry(0, 4)},"b":${entry(0, 4)}}`, 4),
      /tensor 'b' to begin at byte 4 of the data, got byte 0 \(tensors overlap\)/,
    ],
    "a gap": [
      file(`{"a":${entry(4, 8)}}`, 8),
      /tensor 'a' to begin at byte 0 of the data, got byte 4 \(a gap\)/,
    ],
    "bytes after the last tensor": [file(`{"a":${entry(0, 4)}}`, 5), /4 bytes of data, got 5/],
    "a name twice": [
      file(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, 4),
      /each name once in the header, got 'a' twice/,
    ],
    "a field twice": [
      file('{"a":{"dtype":"F32","dtype":"I32","shape":[0],"data_offsets":[0,0]}}'),
      /'dtype' twice/,
    ],
    "metadata that is no string": [
      file('{"__metadata__":{"version":1}}'),
      /an object of strings, got \{"version":1\}/,
    ],
  };
  test.each(Object.entries(cases))("%s", (_, [bytes, message]) => {
    expect(() => readSafetensors(bytes, "x.safetensors")).toThrow(FormatError);
    expect(() => readSafetensors(bytes, "x.safetensors")).toThrow(message);
    expect(() => readSafetensors(bytes, "x.safetensors")).toThrow(/^x\.safetensors/);
  });

  test("metadata that no reader takes are not written", () => {
    const write = () => writeSafetensors([], { v: 1 } as never);
    expect(write).toThrow(ArgumentError);
    expect(write).toThrow("writeSafetensors, metadata 'v': expected a text, got 1.");
  });

  test("a metadata string of millions of quotes and escapes is read", () => {
    const text = '\\"{}:,'.repeat(1_000_000);
    expect(readSafetensors(writeSafetensors([], { text })).metadata.text).toBe(text);
  });
});

describe("writeSafetensors refuses", () => {
  const data = new Float32Array(2);
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    [
      "data of another dtype",
      [["w", { dtype: "I32", shape: [2], data }]],
      /'w': expected Int32Array for dtype I32, got Float32Array/,
    ],
    [
      "an unknown dtype",
      [["w", { dtype: "float32", shape: [2], data }]],
      /expected a dtype among F64.* got float32/,
    ],
    [
      "a shape of another size",
      [["w", { dtype: "F32", shape: [3], data }]],
      /expected 2 elements, got shape \[3\]/,
    ],
    ["a plain object", { a: { dtype: "F32", shape: [2], data } }, /a Map of tensors by name.*, got Object\./],
    [
      "tensors without names",
      [{ dtype: "F32", shape: [2], data }],
      /or a list of \[name, tensor\], got Array\./,
    ],
    ["numbers for tensors", [["x", 1]], /tensor 'x': expected { dtype, shape, data }, got 1\./],
    ["the reserved name", [["__metadata__", { dtype: "F32", shape: [2], data }]], /a name of its own/],
    [
      "a name twice",
      [
        ["w", { dtype: "F32", shape: [2], data }],
        ["w", { dtype: "F32", shape: [2], data }],
      ],
      /tensor 'w': expected a name of its own, got that of another tensor\./,
    ],
  ];
  test.each(cases)("%s", (_, tensors, message) => {
    expect(() => writeSafetensors(tensors as [string, StoredTensor][])).toThrow(message);
  });
});

describe("files that PyTorch's writer made", () => {
  const folder = process.env.OCTAVO_GOLDENS ?? fileURLToPath(new URL("../../../goldens", import.meta.url));
  const files = readdirSync(folder).filter((file) => file.endsWith(".safetensors"));
  test("there are some", () => expect(files.length).toBeGreaterThan(10));

  test.each(files)("%s is read, and written again with the same tensors", (file) => {
    const { tensors, metadata } = readSafetensors(readFileSync(join(folder, file)), file);
    expect(tensors.size).toBeGreaterThan(5);
    const again = readSafetensors(writeSafetensors(tensors, metadata));
    expect(again.metadata).toEqual(metadata);
    for (const [name, tensor] of tensors)
      expect(rawBytes(again.tensors.get(name)!)).toEqual(rawBytes(tensor));
  });
});

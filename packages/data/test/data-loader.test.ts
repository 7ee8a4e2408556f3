import { ArgumentError } from "@octavo/spec";
import { Generator } from "@octavo/tensor";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  compose,
  DataLoader,
  mnist,
  normalize,
  randomCrop,
  randomHorizontalFlip,
  toFloat,
} from "../src/index.ts";
import type { ImageBatch, ImageDataset, Transform } from "../src/index.ts";

/** `count` images 2×1×2 whose bytes are 4i … 4i + 3, label i mod 10. */
function numbered(count: number): ImageDataset {
  return {
    images: Uint8Array.from({ length: 4 * count }, (_, i) => i),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
    shape: [2, 1, 2],
    classes: [],
  };
}
const bytes: Transform = (batch) => batch;
const read = (loader: DataLoader) => [...loader].length;
/** First byte of each image, epoch by epoch. */
const firsts = (loader: DataLoader) => {
  const seen: number[][] = [];
  for (const { images } of loader)
    seen.push(
      Array.from({ length: images.shape[0] }, (_, i) => images.raw<Uint8Array<ArrayBuffer>>()[4 * i]),
    );
  return seen;
};

describe("DataLoader", () => {
  test.each([
    [{ images: [], labels: [] }, "images Array, labels Array, shape undefined."],
    [{ ...numbered(2), shape: 4 }, "images Uint8Array, labels Uint8Array, shape 4."],
    [undefined, "undefined."],
  ])("refuses what is no data set: %#", (dataset, got) => {
    const make = () => new DataLoader(dataset as never, { batchSize: 4 });
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(/^DataLoader: expected a data set \{ images, labels, shape \}/);
    expect(make).toThrow(`got ${got}`);
  });

  test("gives the data set in order, with its labels, and a last batch that is smaller", () => {
    const loader = new DataLoader(numbered(5), { batchSize: 2, transform: bytes });
    expect(loader.length).toBe(3);
    const labels: number[][] = [];
    const shapes: (readonly number[])[] = [];
    for (const batch of loader) {
      labels.push([...batch.labels.raw<Int32Array<ArrayBuffer>>()]);
      shapes.push(batch.images.shape);
      expect([batch.images.dtype, batch.labels.dtype]).toEqual(["uint8", "int32"]);
    }
    expect(labels).toEqual([[0, 1], [2, 3], [4]]);
    expect(shapes).toEqual([
      [2, 2, 1, 2],
      [2, 2, 1, 2],
      [1, 2, 1, 2],
    ]);
    expect(firsts(loader)).toEqual([[0, 4], [8, 12], [16]]);
  });

  test("an epoch is a permutation, the same for the same seed and epoch, another for another", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        (count, batchSize, seed) => {
          const options = { batchSize, seed, shuffle: true, transform: bytes };
          const loader = new DataLoader(numbered(count), options);
          const first = firsts(loader);
          const second = firsts(loader);
          expect(first.flat().sort((a, b) => a - b)).toEqual(
            Array.from({ length: count }, (_, i) => (4 * i) & 255).sort((a, b) => a - b),
          );
          const again = new DataLoader(numbered(count), options);
          expect([firsts(again), firsts(again)]).toEqual([first, second]);
          again.epoch = 0;
          expect(firsts(again)).toEqual(first);
          if (count > 20) {
            expect(second).not.toEqual(first);
            expect(firsts(new DataLoader(numbered(count), { ...options, seed: seed + 1 }))).not.toEqual(
              first,
            );
          }
        },
      ),
    );
  });

  test("dropLast leaves out what does not fill a batch", () => {
    const loader = new DataLoader(numbered(5), { batchSize: 2, dropLast: true });
    expect([loader.length, read(loader)]).toEqual([2, 2]);
  });

  test("a batch's memory is reused by the next, unless it is kept", () => {
    const loader = new DataLoader(numbered(4), { batchSize: 2 });
    const [lost] = loader;
    expect(() => lost.images.data).toThrow(/memory has been reused\.\n.*a DataLoader's batch when the next/);
    const kept = [];
    for (const { images } of loader) kept.push(images.keep());
    expect(kept.map(({ data }) => data[0])).toEqual([0, Math.fround(8 / 255)]);
  });

  test("refuses wrong options and data sets", () => {
    expect(() => new DataLoader(numbered(4), { batchSize: 0 })).toThrow(/a batchSize ≥ 1, got 0/);
    expect(() => new DataLoader(numbered(0), { batchSize: 1 })).toThrow(
      /at least one, got 0 bytes and 0 labels/,
    );
    expect(() => new DataLoader(numbered(4), { batchSize: 1, seed: 0.5 })).toThrow(
      /a seed that is an integer, got 0.5/,
    );
    expect(() => new DataLoader({ ...numbered(4), labels: new Uint8Array(3) }, { batchSize: 1 })).toThrow(
      /got 16 bytes and 3 labels/,
    );
  });

  test("an epoch of MNIST, shuffled and normalized, costs little beside a training step", async () => {
    const { train } = await mnist();
    const loader = new DataLoader(train, {
      batchSize: 128,
      shuffle: true,
      transform: normalize(0.1307, 0.3081),
    });
    read(loader);
    const started = process.cpuUsage();
    expect(read(loader)).toBe(469);
    // About 0.15 s on an idle core; the bound leaves room for a busy machine, where even processor time grows.
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1500);
  });
});

/** One transform on a batch of 2 images 2×3×3. */
function apply(transform: Transform, data: Uint8Array | Float32Array, seed = 0): ImageBatch {
  return transform({ data: data.slice(), count: 2, channels: 2, height: 3, width: 3 }, new Generator(seed));
}
const pixels = Uint8Array.from({ length: 36 }, (_, i) => 7 * i + 3);

describe("transforms", () => {
  test("toFloat divides by 255, and leaves floats", () => {
    expect(apply(toFloat(), pixels).data).toEqual(Float32Array.from(pixels, (byte) => byte / 255));
    const floats = Float32Array.from(pixels);
    expect(apply(toFloat(), floats).data).toEqual(floats);
  });

  test("normalize gives the same bits from bytes and from floats, each operation rounded", () => {
    const fl = Math.fround;
    const mean = [0.1, 0.7];
    const std = [0.3, 0.9];
    const expected = Float32Array.from(pixels, (byte, i) => {
      const c = Math.floor(i / 9) % 2;
      return fl(fl(fl(byte / 255) - fl(mean[c])) / fl(std[c]));
    });
    expect(apply(normalize(mean, std), pixels).data).toEqual(expected);
    expect(apply(compose(toFloat(), normalize(mean, std)), pixels).data).toEqual(expected);
  });

  test("normalize refuses other numbers of channels and a deviation of 0", () => {
    expect(() => apply(normalize([0, 0, 0], 1), pixels)).toThrow(
      /one or 2 of each, got 3 means and 1 deviations/,
    );
    expect(() => normalize(0, [1, 0])).toThrow(/std > 0, got mean 0, std 1,0/);
  });

  test("randomHorizontalFlip mirrors all images, none, or about half of them", () => {
    const mirrored = pixels.map((_, i) => pixels[i - (i % 3) + 2 - (i % 3)]);
    expect(apply(randomHorizontalFlip(1), pixels).data).toEqual(mirrored);
    expect(apply(randomHorizontalFlip(0), pixels).data).toEqual(pixels);
    let flipped = 0;
    for (let seed = 0; seed < 500; seed++)
      if (apply(randomHorizontalFlip(), pixels, seed).data[0] === pixels[2]) flipped++;
    expect(Math.abs(flipped - 250)).toBeLessThan(60);
    expect(() => randomHorizontalFlip(1.5)).toThrow(/a probability from 0 to 1, got 1.5/);
  });

  test("randomCrop moves each image by at most the padding, with zeros behind it", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 300; seed++) {
      const moved = apply(randomCrop(1), pixels, seed).data;
      const offsets = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => [down, right]));
      for (const image of [0, 1]) {
        const isMovedBy = ([down, right]: number[]) =>
          Array.from({ length: 18 }, (_, i) => {
            const [c, y, x] = [Math.floor(i / 9), Math.floor((i % 9) / 3) + down, (i % 3) + right];
            const inside = x >= 0 && x < 3 && y >= 0 && y < 3;
            return moved[image * 18 + i] === (inside ? pixels[image * 18 + c * 9 + y * 3 + x] : 0);
          }).every(Boolean);
        const offset = offsets.find(isMovedBy);
        expect(offset).toBeDefined();
        seen.add(String(offset));
      }
    }
    expect(seen.size).toBe(9);
    expect(apply(randomCrop(0), pixels).data).toEqual(pixels);
    // A padding larger than the image may move it out altogether.
    for (let seed = 0; seed < 50; seed++) expect(apply(randomCrop(9), pixels, seed).data.length).toBe(36);
    expect(() => randomCrop(-1)).toThrow(/whole pixels ≥ 0, got -1/);
  });
});

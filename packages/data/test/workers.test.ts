import { ArgumentError, OctavoError } from "@octavo/spec";
import { describe, expect, test } from "vitest";

import { compose, DataLoader, normalize, randomCrop, randomHorizontalFlip } from "../src/index.ts";
import type { Batch, ImageDataset, Transform } from "../src/index.ts";
import { counted, exitAt, plusNoise, throwAt } from "./own-transforms.ts";

// The worker of a checkout is TypeScript, which Node runs by itself from 22.18 on.
const needsTypeScript = !process.features.typescript;

const dataset: ImageDataset = {
  images: Uint8Array.from({ length: 23 * 16 }, (_, i) => i),
  labels: Uint8Array.from({ length: 23 }, (_, i) => i),
  shape: [1, 4, 4],
  classes: [],
};
const augmented = () =>
  compose(randomCrop(1), compose(randomHorizontalFlip(), plusNoise(5)), normalize(0.5, 2));
const values = ({ images, labels }: Batch) => [...images.data, ...labels.raw<Int32Array>()];

async function batches(loader: DataLoader, epochs = 2): Promise<number[][]> {
  const all: number[][] = [];
  while (loader.epoch < epochs) for await (const batch of loader) all.push(values(batch));
  return all;
}
const loaderOf = (workers: number, transform: Transform = augmented()) =>
  new DataLoader(dataset, { batchSize: 4, shuffle: true, seed: 6, transform, workers });

describe.skipIf(needsTypeScript)("a DataLoader with workers", () => {
  test("gives the same batches, whatever their number", async () => {
    const expected: number[][] = [];
    const plain = loaderOf(0);
    while (plain.epoch < 2) for (const batch of plain) expected.push(values(batch));
    expect(expected).toHaveLength(12);
    for (const workers of [0, 1, 3]) {
      using loader = loaderOf(workers);
      expect(await batches(loader)).toEqual(expected);
      loader.epoch = 1;
      expect([...loader].map(() => null)).toHaveLength(6);
    }
  });

  test("goes on where its state was taken, although the next batches were prepared by then", async () => {
    using loader = loaderOf(2);
    const expected = await batches(loader);
    loader.epoch = 0;
    for await (const batch of loader) {
      expect(values(batch)).toEqual(expected[loader.stateDict().batch - 1]);
      if (loader.stateDict().batch === 4) break;
    }
    using resumed = loaderOf(1);
    resumed.loadStateDict({ ...loader.stateDict(), epoch: 0, batch: 4 });
    expect(await batches(resumed)).toEqual(expected.slice(4));
  });

  test("prepares the next batches while the thread of the loop is busy", async () => {
    const calls = new Int32Array(new SharedArrayBuffer(4));
    using loader = new DataLoader(dataset, { batchSize: 4, transform: counted(calls), workers: 1 });
    for await (const { labels } of loader) {
      expect(labels.numel).toBe(4);
      // Two batches are asked for at once. The thread sleeps here: nothing but a worker can count the second.
      while (Atomics.load(calls, 0) < 2) expect(Atomics.wait(calls, 0, 1, 20_000)).not.toBe("timed-out");
      break;
    }
    expect(Atomics.load(calls, 0)).toBe(2);
  });

  test("says that a worker ended, and for which reason, at every further batch", async () => {
    using loader = new DataLoader(dataset, { batchSize: 1, transform: exitAt(5 * 16), workers: 2 });
    let given = 0;
    const loop = async () => {
      for await (const { labels } of loader) given += labels.numel;
    };
    await expect(loop()).rejects.toThrow(
      "DataLoader, worker 1: expected a thread that prepares batches, got its end: exit code 7.",
    );
    expect(given).toBe(5);
    await expect(loop()).rejects.toThrow("got its end: exit code 7.");
  });

  test("gives the error of a transform with its place", async () => {
    using loader = new DataLoader(dataset, { batchSize: 1, transform: throwAt(3 * 16), workers: 1 });
    const failure = batches(loader);
    await expect(failure).rejects.toThrow(OctavoError);
    await expect(failure).rejects.toThrow(/RangeError: cannot take this[^]*own-transforms\.ts/);
    using wrong = new DataLoader(dataset, { batchSize: 1, transform: normalize([1, 2], 1), workers: 1 });
    await expect(batches(wrong)).rejects.toThrow("normalize: expected one or 1 of each");
  });

  test("needs a transform that can be made again elsewhere", () => {
    const plain: Transform = (batch) => batch;
    for (const transform of [plain, compose(plain)]) {
      expect(() => loaderOf(1, transform)).toThrow(ArgumentError);
      expect(() => loaderOf(1, transform)).toThrow(
        /got a plain function\.\nExport it from a module of its own/,
      );
    }
    expect(() => loaderOf(-1)).toThrow("DataLoader: expected workers ≥ 0, got -1.");
  });
});

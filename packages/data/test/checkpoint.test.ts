import { spawnSync } from "node:child_process";
import { access, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FormatError } from "@octavo/spec";
import { defaultGenerator, manualSeed, quantizePerTensor, tensor } from "@octavo/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { DataLoader, loadCheckpoint, loadTensors, saveCheckpoint, saveTensors } from "../src/index.ts";
import type { Stateful } from "../src/index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "octavo-checkpoint-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Keeps what it is given. */
class Kept implements Stateful {
  state: unknown;
  constructor(state: unknown = null) {
    this.state = state;
  }
  stateDict(): unknown {
    return this.state;
  }
  loadStateDict(state: unknown): void {
    this.state = state;
  }
}

describe("saveCheckpoint and loadCheckpoint", () => {
  test("give back equal state, whatever data it is", async () => {
    const path = join(folder, "any.safetensors");
    const state = {
      weights: new Map([
        ["a.b", tensor([1, NaN, -0, Infinity])],
        ["count", tensor([7], { dtype: "int64" })],
      ]),
      numbers: [1 / 3, NaN, -0, Infinity, -Infinity, 1e300],
      words: { text: "x", none: null, yes: true, nested: [{ deep: tensor([2, 3], [2, 1]) }] },
      empty: new Map(),
    };
    await saveCheckpoint(path, { part: new Kept(state) });
    const loaded = new Kept();
    await loadCheckpoint(path, { part: loaded });
    const { weights, numbers, words, empty } = loaded.state as typeof state;
    expect(numbers.map((x, i) => Object.is(x, state.numbers[i]))).not.toContain(false);
    expect([...weights.keys()]).toEqual(["a.b", "count"]);
    expect(weights.get("a.b")!.data).toEqual(state.weights.get("a.b")!.data);
    expect(weights.get("count")!.dtype).toBe("int64");
    expect(words.nested[0].deep.shape).toEqual([2, 1]);
    expect([words.text, words.none, words.yes, empty]).toEqual(["x", null, true, new Map()]);
  });

  test("continue the default random generator", async () => {
    const path = join(folder, "random.safetensors");
    manualSeed(3);
    defaultGenerator.normal();
    await saveCheckpoint(path, {});
    const next = [defaultGenerator.normal(), defaultGenerator.uint32()];
    manualSeed(4);
    await loadCheckpoint(path, {});
    expect([defaultGenerator.normal(), defaultGenerator.uint32()]).toEqual(next);
  });

  test("refuse state that is no data, and quantized tensors, by their path", async () => {
    const path = join(folder, "refused.safetensors");
    const save = (state: unknown) => saveCheckpoint(path, { part: new Kept(state) });
    await expect(save({ a: [() => 1] })).rejects.toThrow(
      /^checkpoint, part\.a\.0: expected data: .*, got function/,
    );
    await expect(save({ a: new Date() })).rejects.toThrow(/part\.a: .*got Date/);
    await expect(save({ $map: 1 })).rejects.toThrow(/keys without \$/);
    const quantized = quantizePerTensor(tensor([1]), 0.1, 0, "qint8");
    await expect(save([quantized])).rejects.toThrow(/tensor 'part\.0'/);
    await expect(saveCheckpoint(path, { model: {} as Stateful })).rejects.toThrow(
      /^saveCheckpoint, model: expected an object with stateDict and loadStateDict, got object/,
    );
  });

  test("are made of parts by name: a state dict, a model or a path is none", async () => {
    const path = join(folder, "none.safetensors");
    for (const [parts, got] of [
      [new Map([["weight", tensor([1])]]), "Map"],
      [undefined, "undefined"],
      [path, JSON.stringify(path)],
      // Models can be called.
      [Object.assign(() => null, new Kept()), "Function"],
    ] as const) {
      const message = `Checkpoint: expected a file, then parts by name, got ${got}.\nParts are given by name`;
      await expect(saveCheckpoint(path, parts as never)).rejects.toThrow(`save${message}`);
      await expect(loadCheckpoint(path, parts as never)).rejects.toThrow(`load${message}`);
    }
    await expect(access(path)).rejects.toThrow("ENOENT");
  });

  test("name what is wrong with a truncated, a foreign, and another run's file", async () => {
    const path = join(folder, "good.safetensors");
    await saveCheckpoint(path, { model: new Kept([tensor([1, 2, 3])]), loader: new Kept(1) });
    const bytes = await readFile(path);
    const parts = { model: new Kept(), loader: new Kept() };
    for (let length = 0; length < bytes.length; length += 1 + Math.floor(bytes.length / 40)) {
      const cut = join(folder, "cut.safetensors");
      await writeFile(cut, bytes.subarray(0, length));
      await expect(loadCheckpoint(cut, parts)).rejects.toThrow(FormatError);
      await expect(loadCheckpoint(cut, parts)).rejects.toThrow(/cut\.safetensors/);
    }
    const foreign = join(folder, "foreign.safetensors");
    await saveTensors(foreign, [["w", tensor([1])]]);
    await expect(loadCheckpoint(foreign, parts)).rejects.toThrow(
      "expected a checkpoint, version 1, got a safetensors file that saveCheckpoint did not write.",
    );
    await saveTensors(foreign, [], { format: "octavo-checkpoint", version: "9" });
    await expect(loadCheckpoint(foreign, parts)).rejects.toThrow(/version 1, got version 9/);
    await saveTensors(foreign, [], { format: "octavo-checkpoint", version: "1", parts: "{" });
    await expect(loadCheckpoint(foreign, parts)).rejects.toThrow(/got text that cannot be read/);
    await expect(loadCheckpoint(path, { model: new Kept() })).rejects.toThrow(
      "expected a checkpoint of model, got one of loader, model.",
    );
    expect([parts.model.state, parts.loader.state]).toEqual([null, null]);
    expect((await loadTensors(path)).get("model.0")!.data).toEqual(Float32Array.of(1, 2, 3));
  });

  // A limit on the size of files fails a write half-way, as a full disk does.
  test.skipIf(process.platform === "win32" || !process.features.typescript)(
    "leave the checkpoint before when the disk is full",
    async () => {
      const path = join(folder, "full.safetensors");
      await saveCheckpoint(path, { model: new Kept(tensor([1])) });
      const before = await readFile(path);
      const script = fileURLToPath(new URL("full-disk-process.ts", import.meta.url));
      const command = `ulimit -f 8; exec '${process.execPath}' --conditions=@octavo/source '${script}' '${path}'`;
      const { stdout, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
      expect(stdout, stderr).toMatch(/full\.safetensors: expected a file that can be written, got EFBIG/);
      expect((await readFile(path)).equals(before)).toBe(true);
      expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    },
  );
});

describe("a DataLoader's state", () => {
  const dataset = {
    images: Uint8Array.from({ length: 11 }, (_, i) => i),
    labels: new Uint8Array(11),
    shape: [1, 1, 1],
    classes: [],
  } as const;
  const options = { batchSize: 3, shuffle: true, seed: 8 };
  const values = (images: { data: Float32Array }) => [...images.data];

  test("lets another loader go on after the batch at which it was taken", () => {
    const whole = new DataLoader(dataset, options);
    const all = [0, 1, 2].flatMap(() => [...whole].map(() => null)).length;
    whole.epoch = 0;
    const expected: number[][] = [];
    const states: unknown[] = [whole.stateDict()];
    while (whole.epoch < 3) {
      for (const { images } of whole) {
        expected.push(values(images));
        states.push(whole.stateDict());
      }
    }
    expect(expected).toHaveLength(all);
    states.forEach((state, given) => {
      const resumed = new DataLoader(dataset, options);
      resumed.loadStateDict(state as never);
      const rest: number[][] = [];
      while (resumed.epoch < 3) for (const { images } of resumed) rest.push(values(images));
      expect(rest).toEqual(expected.slice(given));
    });
  });

  test("does not fit a loader of another order", () => {
    const state = new DataLoader(dataset, options).stateDict();
    const other = new DataLoader(dataset, { ...options, batchSize: 4 });
    expect(() => other.loadStateDict(state)).toThrow(
      "DataLoader: expected the loader of the saved run, batchSize 3, got batchSize 4.",
    );
  });
});

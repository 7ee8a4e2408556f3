import type { ImageDataset } from "@octavo/data";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dropout, Flatten, Linear, manualSeed, Sequential } from "octavo";
import type { Module } from "octavo";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { train } from "./train.ts";

const images: ImageDataset = {
  images: Uint8Array.from({ length: 64 * 16 }, (_, i) => (i * 37) % 256),
  labels: Uint8Array.from({ length: 64 }, (_, i) => i % 2),
  shape: [1, 4, 4],
  classes: ["even", "odd"],
};

it("stops at a loss that is not finite, and says in which module that began", async () => {
  manualSeed(0);
  const model = new Sequential(new Flatten(), new Linear(16, 2));
  const training = { name: "float", epochs: 50, batchSize: 16, learningRate: 1e30, seed: 0 };
  await expect(train(model, images, training)).rejects.toThrow(
    /^float, epoch \d+, step \d+, 1 \(Linear\): expected parameters of magnitude ≤ 1000000, got \w+ with .*\.\nTraining diverged/,
  );
});

describe("a training with a checkpoint", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "octavo-train-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const training = { name: "float", epochs: 60, batchSize: 16, learningRate: 0.1, seed: 2 };
  const network = () => {
    manualSeed(1);
    return new Sequential(new Flatten(), new Dropout(0.3), new Linear(16, 2));
  };
  const weights = (model: Module) => [...model.stateDict().values()].map(({ data }) => [...data]);

  it("goes on from it, ends in the bits of one that was not interrupted, and then has nothing left to do", async () => {
    const whole = network();
    await train(whole, images, training);
    const checkpoint = join(folder, "run.safetensors");
    const interrupt = (done: number) => {
      if (done > 0.9) throw new Error("interrupted");
    };
    const first = train(network(), images, { ...training, checkpoint, before: interrupt });
    await expect(first).rejects.toThrow("interrupted");
    const shares: number[] = [];
    const resumed = network();
    await train(resumed, images, { ...training, checkpoint, before: (done) => shares.push(done) });
    expect(weights(resumed)).toEqual(weights(whole));
    expect(Math.min(...shares)).toBe(200 / 240);
    const again = network();
    shares.length = 0;
    await train(again, images, { ...training, checkpoint, before: (done) => shares.push(done) });
    expect(weights(again)).toEqual(weights(whole));
    expect(shares).toEqual([1]);
  });

  it("refuses one of another training", async () => {
    const checkpoint = join(folder, "other.safetensors");
    await train(network(), images, { ...training, epochs: 1, checkpoint });
    await expect(train(network(), images, { ...training, checkpoint })).rejects.toThrow(
      /other\.safetensors: expected name float, epochs 60, .*, got name float, epochs 1, /,
    );
  });
});

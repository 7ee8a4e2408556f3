import type { ImageDataset } from "@octavo/data";
import { Flatten, Linear, manualSeed, Sequential } from "octavo";
import { expect, it } from "vitest";
import { train } from "./train.ts";

const images: ImageDataset = {
  images: Uint8Array.from({ length: 64 * 16 }, (_, i) => (i * 37) % 256),
  labels: Uint8Array.from({ length: 64 }, (_, i) => i % 2),
  shape: [1, 4, 4],
  classes: ["even", "odd"],
};

it("stops at a loss that is not finite, and says where", async () => {
  manualSeed(0);
  const model = new Sequential(new Flatten(), new Linear(16, 2));
  const training = { name: "float", epochs: 50, batchSize: 16, learningRate: 1e30, seed: 0 };
  await expect(train(model, images, training)).rejects.toThrow(
    /^float, epoch \d+, step \d+: expected a finite loss, got (NaN|Infinity)\.\nTraining diverged/,
  );
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DataLoader, loadTensors, normalize, readCifar10 } from "@octavo/data";
import type { ImageDataset } from "@octavo/data";
import type { Module } from "@octavo/nn";

/** Images and weights that are not in the repository; it lies beside them, or `OCTAVO_DATA` says where they are. */
const folder = process.env.OCTAVO_DATA || join(import.meta.dirname, "../../../../shared/data");

/** Why the tests of these files cannot run, or null. */
export function missing(...files: readonly string[]): string | null {
  const absent = files.find((file) => !existsSync(join(folder, file)));
  return absent === undefined ? null : ` (skipped: no ${join(folder, absent)})`;
}

/** Loads weights; only `num_batches_tracked`, which old files lack, may be missing. */
export async function loadWeights<M extends Module>(model: M, file: string): Promise<M> {
  const weights = await loadTensors(join(folder, "weights", file));
  const counters = [...model.stateDict()].filter(([name]) => name.endsWith("num_batches_tracked"));
  for (const [name, count] of counters) if (!weights.has(name)) weights.set(name, count);
  model.loadStateDict(weights);
  return model.eval();
}

export function cifarImages(file: string): ImageDataset {
  return readCifar10(readFileSync(join(folder, "cifar10", file)), file);
}

/** Images 3×224×224 and labels of `<name>.bin.gz` and `<name>.json`. */
export function imagenetImages(name: string): ImageDataset {
  const file = join(folder, "imagenet", name);
  const { shape, labels } = JSON.parse(readFileSync(`${file}.json`, "utf8"));
  const [count, height, width, channels] = shape as number[];
  const interleaved = gunzipSync(readFileSync(`${file}.bin.gz`));
  const plane = height * width;
  const images = new Uint8Array(count * channels * plane);
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < channels; c++) {
      const to = (n * channels + c) * plane;
      for (let i = 0; i < plane; i++) images[to + i] = interleaved[(n * plane + i) * channels + c];
    }
  }
  const classes = Array.from({ length: 1000 }, (_, label) => String(label));
  return { images, labels: Uint16Array.from(labels), shape: [channels, height, width], classes };
}

/** Batches in the order of the file, with the mean and deviation that all these weights were trained with. */
export function batches(images: ImageDataset, batchSize: number): DataLoader {
  const transform = normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
  return new DataLoader(images, { batchSize, transform });
}

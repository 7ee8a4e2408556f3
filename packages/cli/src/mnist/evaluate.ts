import { setImmediate } from "node:timers/promises";
import { DataLoader } from "octavo";
import type { Batch, ImageDataset } from "octavo";
import { progress } from "../progress.ts";

/** Logits (N × classes, row by row) of a batch. */
export type Classifier = (batch: Batch) => Float32Array;

/** How a classifier did on a data set. */
export interface Evaluation {
  /** Percent of the images whose largest logit is the label's. */
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  /** Median milliseconds of one image alone. */
  readonly latency: number;
  /** Of all images, row by row, in the order of the data set. */
  readonly logits: Float32Array;
}

/** Runs all images in batches, then some alone, for the time that takes. */
export async function evaluate(
  name: string,
  classify: Classifier,
  images: ImageDataset,
): Promise<Evaluation> {
  const { labels, classes } = images;
  const logits = new Float32Array(labels.length * classes.length);
  const shown = progress(name, labels.length);
  let done = 0;
  let time = 0;
  for (const batch of new DataLoader(images, { batchSize: 250 })) {
    const start = performance.now();
    logits.set(classify(batch), done * classes.length);
    time += performance.now() - start;
    done += batch.labels.numel;
    shown.update(done);
    await setImmediate();
  }
  shown.stop();
  const accuracy = (100 * correct(logits, labels, classes.length)) / labels.length;
  return { accuracy, imagesPerSecond: (1000 * done) / time, latency: latencyOf(classify, images), logits };
}

function correct(logits: Float32Array, labels: ArrayLike<number>, classes: number): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    if (argmax(logits.subarray(i * classes, (i + 1) * classes)) === labels[i]) right += 1;
  }
  return right;
}

/** Integers tie more often than floats do; the first of equals wins, as in torch. */
const argmax = (row: Float32Array): number => row.indexOf(Math.max(...row));

/** The first images warm the code up. */
function latencyOf(classify: Classifier, images: ImageDataset, warmUp = 50, measured = 200): number {
  const times: number[] = [];
  for (const batch of new DataLoader(images, { batchSize: 1 })) {
    const start = performance.now();
    classify(batch);
    times.push(performance.now() - start);
    if (times.length === warmUp + measured) break;
  }
  const sorted = times.slice(Math.min(warmUp, times.length - 1)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

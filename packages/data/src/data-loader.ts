import { ArgumentError } from "@octavo/spec";
import { empty, Generator } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

import { imageSize } from "./image-dataset.ts";
import type { ImageDataset } from "./image-dataset.ts";
import { batchesPerEpoch, epochPlan } from "./internal/epoch-plan.ts";
import type { BatchPlan, EpochOptions } from "./internal/epoch-plan.ts";
import { gather } from "./internal/gather.ts";
import type { ImageBatch, Transform } from "./transform.ts";
import { toFloat } from "./transforms/to-float.ts";

export interface DataLoaderOptions {
  readonly batchSize: number;
  /** A new order in each epoch. Default: the order of the data set. */
  readonly shuffle?: boolean;
  /** Decides order and transforms, together with the epoch. Default 0. */
  readonly seed?: number;
  /** Leaves out a last batch that is not full. */
  readonly dropLast?: boolean;
  /** Default `toFloat()`. */
  readonly transform?: Transform;
}

/** Images with their labels, in one order. */
export interface Batch {
  /** (N, C, H, W); float32, or uint8 if the transform leaves bytes. */
  readonly images: Tensor;
  /** (N), int32. */
  readonly labels: Tensor;
}

/** Position in the data, and what it depends on. */
export interface DataLoaderState extends EpochOptions {
  readonly epoch: number;
  /** Batches of that epoch that were given out. */
  readonly batch: number;
}

/**
 * Batches of a data set, as `torch.utils.data.DataLoader`: `for (const { images, labels } of loader)` is one epoch. The same
 * seed and epoch give the same batches on every machine.
 *
 * A batch's memory is used again when the next batch is asked for: call `keep()` on tensors that must live longer.
 *
 * A loader can be a part of a checkpoint: after `loadStateDict` the next loop goes on with the batch after the one at which
 * the state was taken, in the same epoch. So a run that can be resumed counts epochs by its loader:
 *
 * ```ts ignore
 * while (loader.epoch < epochs) for (const { images, labels } of loader) { … }
 * ```
 */
export class DataLoader implements Iterable<Batch> {
  /** Number of the epoch that the next loop begins; counts up by itself, may be set to repeat one. */
  epoch = 0;
  readonly #dataset: ImageDataset;
  readonly #plan: EpochOptions;
  readonly #transform: Transform;
  /** The epoch that a loop is in, and how many batches it gave; null between loops. */
  #position: { readonly epoch: number; batch: number } | null = null;
  /** Batches that the next loop leaves out. */
  #skipped = 0;

  /** @throws ArgumentError for a batch size < 1, a seed that is no integer, an empty data set, or images and labels of different numbers. */
  constructor(dataset: ImageDataset, options: DataLoaderOptions) {
    const { batchSize, shuffle = false, seed = 0, dropLast = false, transform = toFloat() } = options;
    const count = dataset.labels.length;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      const got = String(batchSize);
      throw new ArgumentError({ where: "DataLoader", expected: "a batchSize ≥ 1", got });
    }
    if (!Number.isInteger(seed)) {
      const got = String(seed);
      throw new ArgumentError({ where: "DataLoader", expected: "a seed that is an integer", got });
    }
    if (count === 0 || dataset.images.length !== count * imageSize(dataset)) {
      const expected = `images of ${imageSize(dataset)} bytes, as many as labels, at least one`;
      const got = `${dataset.images.length} bytes and ${count} labels`;
      throw new ArgumentError({ where: "DataLoader", expected, got });
    }
    this.#dataset = dataset;
    this.#plan = { count, batchSize, shuffle, dropLast, seed };
    this.#transform = transform;
  }

  /** Batches per epoch. */
  get length(): number {
    return batchesPerEpoch(this.#plan);
  }

  /** Where the loop over this loader is. */
  stateDict(): DataLoaderState {
    return { ...this.#plan, ...(this.#position ?? { epoch: this.epoch, batch: this.#skipped }) };
  }

  /**
   * Lets the next loop go on where `stateDict` was called.
   * @throws ArgumentError if that loader had another number of images, batch size, order or seed.
   */
  loadStateDict({ epoch, batch, ...plan }: DataLoaderState): void {
    for (const name of Object.keys(this.#plan) as (keyof EpochOptions)[]) {
      if (plan[name] === this.#plan[name]) continue;
      throw new ArgumentError({
        where: "DataLoader",
        expected: `the loader of the saved run, ${name} ${plan[name]}`,
        got: `${name} ${this.#plan[name]}`,
      });
    }
    this.epoch = epoch;
    this.#skipped = batch;
    this.#position = null;
  }

  *[Symbol.iterator](): Iterator<Batch> {
    for (const plan of this.#begin()) {
      const raw = gather(this.#dataset, plan.indices);
      yield* this.#lend(plan, this.#transform(raw, new Generator(plan.seed)));
    }
  }

  /** Begins an epoch; `stateDict` follows the plans that are taken. */
  *#begin(): Iterable<BatchPlan> {
    const position = { epoch: this.epoch++, batch: this.#skipped };
    const plans = epochPlan(this.#plan, position.epoch);
    this.#skipped = 0;
    this.#position = position;
    try {
      while (position.batch < plans.length) yield plans[position.batch++];
    } finally {
      if (this.#position === position) this.#position = null;
    }
  }

  /** A batch as tensors, until the next one is asked for. */
  *#lend({ indices }: BatchPlan, batch: ImageBatch): Iterable<Batch> {
    const labels = empty([indices.length], { dtype: "int32" });
    const targets = labels.raw<Int32Array<ArrayBuffer>>();
    indices.forEach((index, i) => void (targets[i] = this.#dataset.labels[index]));
    const images = toTensor(batch);
    try {
      yield { images, labels };
    } finally {
      images.storage.release();
      labels.storage.release();
    }
  }
}

function toTensor({ data, count, channels, height, width }: ImageBatch): Tensor {
  const images = empty([count, channels, height, width], {
    dtype: data instanceof Uint8Array ? "uint8" : "float32",
  });
  images.raw<Float32Array<ArrayBuffer>>().set(data);
  return images;
}

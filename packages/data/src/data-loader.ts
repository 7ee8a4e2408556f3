/// <reference lib="esnext.disposable" preserve="true" />
import { ArgumentError, withDefaults } from "@octavo/spec";
import { empty, Generator } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

import { recipeOf } from "./define-transform.ts";
import type { ImageDataset } from "./image-dataset.ts";
import { batchesPerEpoch, epochPlan } from "./internal/epoch-plan.ts";
import type { BatchPlan, EpochOptions } from "./internal/epoch-plan.ts";
import { gather } from "./internal/gather.ts";
import { requireDataset } from "./internal/require-dataset.ts";
import { TransformWorkers } from "./internal/transform-workers.ts";
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
  /**
   * Threads that prepare batches ahead, in loops with `for await` (Node). Default 0: a batch is prepared when it is asked for.
   * The batches are the same. The transform must be one of this package, or made by `defineTransform`.
   */
  readonly workers?: number;
}

const defaults = {
  batchSize: undefined,
  shuffle: false,
  seed: 0,
  dropLast: false,
  transform: toFloat(),
  workers: 0,
};

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
export class DataLoader implements Iterable<Batch>, AsyncIterable<Batch> {
  /** Number of the epoch that the next loop begins; counts up by itself, may be set to repeat one. */
  epoch = 0;
  readonly #dataset: ImageDataset;
  readonly #plan: EpochOptions;
  readonly #transform: Transform;
  readonly #workerCount: number;
  #workers: TransformWorkers | null = null;
  /** Where a loop is; null between loops. */
  #position: Position | null = null;
  /** Batches that the next loop leaves out. */
  #skipped = 0;

  /** @throws ArgumentError for a batch size < 1, a seed that is no integer, what is no data set, an empty one, or images and labels of different numbers. */
  constructor(dataset: ImageDataset, options: DataLoaderOptions) {
    const settings = withDefaults("DataLoader", defaults, options);
    const { batchSize, shuffle, seed, dropLast, transform, workers } = settings;
    if (batchSize === undefined || !Number.isInteger(batchSize) || batchSize < 1) {
      const got = String(batchSize);
      throw new ArgumentError({ where: "DataLoader", expected: "a batchSize ≥ 1", got });
    }
    if (!Number.isInteger(seed)) {
      const got = String(seed);
      throw new ArgumentError({ where: "DataLoader", expected: "a seed that is an integer", got });
    }
    requireDataset(dataset, "DataLoader");
    this.#dataset = dataset;
    this.#plan = { count: dataset.labels.length, batchSize, shuffle, dropLast, seed };
    this.#transform = transform;
    this.#workerCount = requireWorkers(workers, transform);
  }

  /** Batches per epoch. */
  get length(): number {
    return batchesPerEpoch(this.#plan);
  }

  /** Where the loop over this loader is. */
  stateDict(): DataLoaderState {
    const { epoch, batch } = this.#position ?? { epoch: this.epoch, batch: this.#skipped };
    return { ...this.#plan, epoch, batch };
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
    const position = this.#begin();
    try {
      for (const plan of position.rest) {
        const prepared = this.#prepare(plan);
        position.batch += 1;
        yield* this.#lend(plan, prepared);
      }
    } finally {
      this.#end(position);
    }
  }

  /** As the loop without `await`, but with workers: while one batch is in use, each of them prepares the next two. */
  async *[Symbol.asyncIterator](): AsyncIterator<Batch> {
    const position = this.#begin();
    const ahead: Promise<ImageBatch>[] = [];
    try {
      for (const [i, plan] of position.rest.entries()) {
        for (const next of position.rest.slice(i + ahead.length, i + (2 * this.#workerCount || 1))) {
          const prepared = this.#prepareAside(next);
          // A failure is told when its batch is due, also if the loop ends before.
          prepared.catch(() => {});
          ahead.push(prepared);
        }
        const prepared = await ahead.shift()!;
        position.batch += 1;
        yield* this.#lend(plan, prepared);
      }
    } finally {
      this.#end(position);
    }
  }

  /** Ends the workers, if there are any. They keep no process alive, so this is only needed where loaders come and go. */
  close(): void {
    this.#workers?.close();
    this.#workers = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Begins an epoch, or goes on with one. */
  #begin(): Position {
    const [epoch, batch] = [this.epoch++, this.#skipped];
    this.#skipped = 0;
    return (this.#position = { epoch, batch, rest: epochPlan(this.#plan, epoch).slice(batch) });
  }

  #end(position: Position): void {
    if (this.#position === position) this.#position = null;
  }

  #prepare({ indices, seed }: BatchPlan): ImageBatch {
    return this.#transform(gather(this.#dataset, indices), new Generator(seed));
  }

  /** By a worker, if there are any. */
  async #prepareAside(plan: BatchPlan): Promise<ImageBatch> {
    if (this.#workerCount === 0) return this.#prepare(plan);
    this.#workers ??= new TransformWorkers(recipeOf(this.#transform)!, this.#workerCount);
    return this.#workers.prepare(this.#dataset, plan);
  }

  /** A batch as tensors, until the next one is asked for. */
  *#lend({ indices }: BatchPlan, batch: ImageBatch): Iterable<Batch> {
    const labels = empty([indices.length], { dtype: "int32" });
    const targets = labels.raw<Int32Array<ArrayBuffer>>();
    indices.forEach((index, i) => void (targets[i] = this.#dataset.labels[index]));
    const images = toTensor(batch);
    this.#workers?.reuse(batch);
    try {
      yield { images, labels };
    } finally {
      images.storage.release();
      labels.storage.release();
    }
  }
}

/** A loop over an epoch. */
interface Position {
  readonly epoch: number;
  /** Batches given out. */
  batch: number;
  /** Those that were left when the loop began. */
  readonly rest: readonly BatchPlan[];
}

function requireWorkers(workers: number, transform: Transform): number {
  if (!Number.isInteger(workers) || workers < 0) {
    throw new ArgumentError({ where: "DataLoader", expected: "workers ≥ 0", got: String(workers) });
  }
  if (workers === 0 || recipeOf(transform)) return workers;
  throw new ArgumentError({
    where: "DataLoader",
    expected: "a transform that workers can make for themselves",
    got: "a plain function",
    hint: "Export it from a module of its own, made by defineTransform(import.meta.url, name, make).",
  });
}

function toTensor({ data, count, channels, height, width }: ImageBatch): Tensor {
  const images = empty([count, channels, height, width], {
    dtype: data instanceof Uint8Array ? "uint8" : "float32",
  });
  images.raw<Float32Array<ArrayBuffer>>().set(data);
  return images;
}

import { ArgumentError } from "@octavo/spec";
import { empty, Generator } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

import { imageSize } from "./image-dataset.ts";
import type { ImageDataset } from "./image-dataset.ts";
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

/**
 * Batches of a data set, as `torch.utils.data.DataLoader`: `for (const { images, labels } of loader)` is one epoch. The same
 * seed and epoch give the same batches on every machine.
 *
 * A batch's memory is used again when the next batch is asked for: call `keep()` on tensors that must live longer.
 */
export class DataLoader implements Iterable<Batch> {
  /** Number of the epoch that the next loop begins; counts up by itself, may be set to repeat one. */
  epoch = 0;
  readonly #dataset: ImageDataset;
  readonly #options: Required<DataLoaderOptions>;

  /** @throws ArgumentError for a batch size < 1, a seed that is no integer, an empty data set, or images and labels of different numbers. */
  constructor(dataset: ImageDataset, options: DataLoaderOptions) {
    const count = dataset.labels.length;
    if (!Number.isInteger(options.batchSize) || options.batchSize < 1) {
      const got = String(options.batchSize);
      throw new ArgumentError({ where: "DataLoader", expected: "a batchSize ≥ 1", got });
    }
    if (options.seed !== undefined && !Number.isInteger(options.seed)) {
      throw new ArgumentError({
        where: "DataLoader",
        expected: "a seed that is an integer",
        got: String(options.seed),
      });
    }
    if (count === 0 || dataset.images.length !== count * imageSize(dataset)) {
      const expected = `images of ${imageSize(dataset)} bytes, as many as labels, at least one`;
      const got = `${dataset.images.length} bytes and ${count} labels`;
      throw new ArgumentError({ where: "DataLoader", expected, got });
    }
    this.#dataset = dataset;
    this.#options = { shuffle: false, seed: 0, dropLast: false, transform: toFloat(), ...options };
  }

  /** Batches per epoch. */
  get length(): number {
    const batches = this.#dataset.labels.length / this.#options.batchSize;
    return this.#options.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): Iterator<Batch> {
    const { batchSize, shuffle, seed } = this.#options;
    const generator = new Generator(seed ^ Math.imul(this.epoch++ + 1, 0x9e3779b1));
    const count = this.#dataset.labels.length;
    const order = shuffle ? generator.permutation(count) : Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < this.length; i++) {
      const batch = this.#assemble(order.subarray(i * batchSize, (i + 1) * batchSize), generator);
      try {
        yield batch;
      } finally {
        batch.images.storage.release();
        batch.labels.storage.release();
      }
    }
  }

  #assemble(indices: Uint32Array, generator: Generator): Batch {
    const size = imageSize(this.#dataset);
    const [channels, height, width] = this.#dataset.shape;
    const bytes = new Uint8Array(indices.length * size);
    const labels = empty([indices.length], { dtype: "int32" });
    const targets = labels.raw<Int32Array<ArrayBuffer>>();
    indices.forEach((index, i) => {
      bytes.set(this.#dataset.images.subarray(index * size, (index + 1) * size), i * size);
      targets[i] = this.#dataset.labels[index];
    });
    const batch = this.#options.transform(
      { data: bytes, count: indices.length, channels, height, width },
      generator,
    );
    return { images: toTensor(batch), labels };
  }
}

function toTensor({ data, count, channels, height, width }: ImageBatch): Tensor {
  const images = empty([count, channels, height, width], {
    dtype: data instanceof Uint8Array ? "uint8" : "float32",
  });
  images.raw<Float32Array<ArrayBuffer>>().set(data);
  return images;
}

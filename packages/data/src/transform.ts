import type { Generator } from "@octavo/tensor";

/** A batch of images on its way through transforms: row-major (count, channels, height, width), bytes or float32. */
export interface ImageBatch {
  readonly data: Uint8Array | Float32Array;
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * A step of preparation of a whole batch. It may change `batch.data` in place, and takes all randomness from `generator`,
 * so that a seed and an epoch give the same batches everywhere.
 */
export type Transform = (batch: ImageBatch, generator: Generator) => ImageBatch;

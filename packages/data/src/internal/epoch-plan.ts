import { Generator } from "@octavo/tensor";

/** Which images a batch has, and the seed of its transform's randomness: batches can be made in any order, anywhere. */
export interface BatchPlan {
  readonly indices: Uint32Array;
  readonly seed: number;
}

export interface EpochOptions {
  /** Images of the data set. */
  readonly count: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly seed: number;
}

/** Batches of an epoch. */
export function batchesPerEpoch({ count, batchSize, dropLast }: EpochOptions): number {
  return dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
}

/** What the batches of an epoch are made of: a function of the options and the number of the epoch alone. */
export function epochPlan(options: EpochOptions, epoch: number): BatchPlan[] {
  const { count, batchSize, shuffle, seed } = options;
  const generator = new Generator(seed ^ Math.imul(epoch + 1, 0x9e3779b1));
  const order = shuffle ? generator.permutation(count) : Uint32Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: batchesPerEpoch(options) }, (_, i) => ({
    indices: order.subarray(i * batchSize, (i + 1) * batchSize),
    seed: generator.uint32(),
  }));
}

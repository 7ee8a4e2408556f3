import { ArgumentError } from "@octavo/spec";
import { kindOf } from "@octavo/tensor";
import { isDataset } from "./internal/is-dataset.ts";

/** Labelled images as plain arrays. */
export interface ImageDataset {
  /** Bytes 0 to 255, row-major (N, C, H, W). */
  readonly images: Uint8Array;
  /** Class index of each image. */
  readonly labels: Uint8Array | Uint16Array;
  /** Of one image. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** Names of the classes, by index. */
  readonly classes: readonly string[];
}

/** Training and test images. */
export interface DatasetSplits {
  readonly train: ImageDataset;
  readonly test: ImageDataset;
}

/**
 * Images number `start` to `end` (not included) of a data set; views, not copies.
 * @throws ArgumentError for what is no data set, and unless 0 ≤ start < end ≤ its size.
 */
export function subset(dataset: ImageDataset, start: number, end: number): ImageDataset {
  if (!isDataset(dataset)) {
    throw new ArgumentError({
      where: "subset",
      expected: "a data set: an object with images, labels, shape, classes",
      got: kindOf(dataset),
      hint: "await mnist(), and others, give two: { train, test }.",
    });
  }
  const count = dataset.labels.length;
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end && end <= count)) {
    const got = `start ${start}, end ${end}`;
    throw new ArgumentError({ where: "subset", expected: `0 ≤ start < end ≤ ${count}`, got });
  }
  const size = imageSize(dataset);
  return {
    ...dataset,
    images: dataset.images.subarray(start * size, end * size),
    labels: dataset.labels.subarray(start, end),
  };
}

/** Bytes of one image. */
export function imageSize({ shape: [channels, height, width] }: Pick<ImageDataset, "shape">): number {
  return channels * height * width;
}

import { ArgumentError, describeGiven } from "@octavo/spec";
import { imageSize } from "../image-dataset.ts";
import type { ImageDataset } from "../image-dataset.ts";
import { isDataset } from "./is-dataset.ts";

/** @throws ArgumentError for what is no data set, an empty one, or images and labels of different numbers. */
export function requireDataset(dataset: ImageDataset, where: string): void {
  const { images, labels, shape } = dataset ?? {};
  if (!isDataset(dataset)) {
    const parts = [images, labels, shape].map(describeGiven);
    throw new ArgumentError({
      where,
      expected:
        "a data set { images, labels, shape }: Uint8Array, Uint8Array or Uint16Array, [channels, height, width]",
      got: dataset ? `images ${parts[0]}, labels ${parts[1]}, shape ${parts[2]}` : describeGiven(dataset),
    });
  }
  if (labels.length > 0 && images.length === labels.length * imageSize(dataset)) return;
  const expected = `images of ${imageSize(dataset)} bytes, as many as labels, at least one`;
  throw new ArgumentError({ where, expected, got: `${images.length} bytes and ${labels.length} labels` });
}

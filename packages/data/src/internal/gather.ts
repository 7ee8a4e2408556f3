import { imageSize } from "../image-dataset.ts";
import type { ImageDataset } from "../image-dataset.ts";
import type { ImageBatch } from "../transform.ts";

/** Copies of these images, one after the other. */
export function gather(dataset: ImageDataset, indices: Uint32Array): ImageBatch {
  const size = imageSize(dataset);
  const [channels, height, width] = dataset.shape;
  const data = new Uint8Array(indices.length * size);
  indices.forEach((index, i) =>
    data.set(dataset.images.subarray(index * size, (index + 1) * size), i * size),
  );
  return { data, count: indices.length, channels, height, width };
}

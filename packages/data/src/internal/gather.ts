import { imageSize } from "../image-dataset.ts";
import type { ImageDataset } from "../image-dataset.ts";
import type { ImageBatch } from "../transform.ts";

/** Copies of these images, one after the other, in `data`. */
export function gather(
  dataset: ImageDataset,
  indices: Uint32Array,
  data = new Uint8Array(indices.length * imageSize(dataset)) as Uint8Array,
): ImageBatch {
  const size = imageSize(dataset);
  const [channels, height, width] = dataset.shape;
  indices.forEach((index, i) =>
    data.set(dataset.images.subarray(index * size, (index + 1) * size), i * size),
  );
  return { data, count: indices.length, channels, height, width };
}

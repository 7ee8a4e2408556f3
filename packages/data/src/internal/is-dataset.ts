import type { ImageDataset } from "../image-dataset.ts";

/** Whether something has what a data set has; how many images and labels there are is not looked at. */
export function isDataset(given: Partial<ImageDataset> | null | undefined): given is ImageDataset {
  const { images, labels, shape } = given ?? {};
  return (
    images instanceof Uint8Array && ArrayBuffer.isView(labels) && Array.isArray(shape) && shape.length === 3
  );
}

import { defineTransform } from "../define-transform.ts";
import type { Transform } from "../transform.ts";
import { mapBytes } from "../internal/map-bytes.ts";

/** Bytes 0 … 255 to float32 0 … 1, fl(x / 255), as `torchvision.transforms.ToTensor`; float32 stays as it is. */
export const toFloat = defineTransform(import.meta.url, "toFloat", (): Transform => {
  const table = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
  return (batch) =>
    batch.data instanceof Uint8Array ? { ...batch, data: mapBytes(batch.data, table) } : batch;
});

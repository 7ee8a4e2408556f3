import { ArgumentError } from "@octavo/spec";

import { defineTransform } from "../define-transform.ts";
import type { Transform } from "../transform.ts";

/**
 * Moves each image by up to `padding` pixels along both axes; zeros (black, before `normalize`) come in at the border. As
 * `torchvision.transforms.RandomCrop(size, padding)` with the image's own size.
 */
export const randomCrop = defineTransform(import.meta.url, "randomCrop", (padding: number): Transform => {
  if (!Number.isInteger(padding) || padding < 0) {
    throw new ArgumentError({
      where: "randomCrop",
      expected: "a padding of whole pixels ≥ 0",
      got: String(padding),
    });
  }
  return (batch, generator) => {
    const { data, count, channels, height, width } = batch;
    const moved = new (data.constructor as typeof Uint8Array)(data.length) as typeof data;
    for (let n = 0; n < count; n++) {
      const down = generator.integer(2 * padding + 1) - padding;
      const right = generator.integer(2 * padding + 1) - padding;
      // Columns of the source that stay inside.
      const from = Math.max(0, right);
      const to = Math.min(width, width + right);
      if (from >= to) continue;
      for (let c = n * channels; c < (n + 1) * channels; c++) {
        for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
          const source = (c * height + y + down) * width;
          moved.set(data.subarray(source + from, source + to), (c * height + y) * width + from - right);
        }
      }
    }
    return { ...batch, data: moved };
  };
});

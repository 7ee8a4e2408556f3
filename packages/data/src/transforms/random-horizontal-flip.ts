import { ArgumentError } from "@octavo/spec";

import { defineTransform } from "../define-transform.ts";
import type { Transform } from "../transform.ts";

/** Mirrors each image left to right with a probability, as `torchvision.transforms.RandomHorizontalFlip`. */
export const randomHorizontalFlip = defineTransform(
  import.meta.url,
  "randomHorizontalFlip",
  (probability: number = 0.5): Transform => {
    if (!(probability >= 0 && probability <= 1)) {
      const got = String(probability);
      throw new ArgumentError({ where: "randomHorizontalFlip", expected: "a probability from 0 to 1", got });
    }
    return (batch, generator) => {
      const { data, count, channels, height, width } = batch;
      const image = channels * height * width;
      for (let n = 0; n < count; n++) {
        if (generator.uniform() >= probability) continue;
        for (let row = n * image; row < (n + 1) * image; row += width)
          data.subarray(row, row + width).reverse();
      }
      return batch;
    };
  },
);

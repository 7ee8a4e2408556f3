import { defineTransform } from "../define-transform.ts";
import type { Transform } from "../transform.ts";

/** One transform after the other, as `torchvision.transforms.Compose`. */
export const compose = defineTransform(
  import.meta.url,
  "compose",
  (...transforms: Transform[]): Transform =>
    (batch, generator) =>
      transforms.reduce((current, transform) => transform(current, generator), batch),
);

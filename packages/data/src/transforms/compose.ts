import type { Transform } from "../transform.ts";

/** One transform after the other, as `torchvision.transforms.Compose`. */
export function compose(...transforms: readonly Transform[]): Transform {
  return (batch, generator) =>
    transforms.reduce((current, transform) => transform(current, generator), batch);
}

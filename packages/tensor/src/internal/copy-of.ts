import { Tensor } from "../tensor.ts";

/** A copy in memory of its own that nobody records: neither autograd nor tracers. */
export function copyOf(x: Tensor): Tensor {
  const copy = new Tensor(x);
  copy.raw().set(x.raw() as never);
  return copy;
}

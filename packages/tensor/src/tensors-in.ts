import { Tensor } from "./tensor.ts";

/** Tensors in a result: itself, or inside arrays and plain objects. */
export function* tensorsIn(value: unknown): IterableIterator<Tensor> {
  if (value instanceof Tensor) yield value;
  else if (Array.isArray(value)) for (const item of value) yield* tensorsIn(item);
  else if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) yield* tensorsIn(item);
  }
}

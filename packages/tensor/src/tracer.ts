import type { Op } from "./op.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Watches a run: every op passes through `op`, every module call through `call`. Tracing, shape propagation and
 * profiling are tracers; autograd is not, because it must always be there.
 */
export interface Tracer {
  op(op: Op, inputs: readonly (Tensor | null)[], attributes: object, output: Tensor): void;
  /** Sees `x` brought to another memory format, which is no op: `converted` has the same elements. */
  converted?(x: Tensor, converted: Tensor): void;
  /** Sees elements read, or written, by others than operations: `item()`, `data`, `toArray()`. May throw. */
  read?(elements: Storage): void;
  /** Sees what a rule of backward gave, in the order of the op's inputs. */
  gradients?(op: Op, output: Tensor, gradients: readonly (Tensor | null)[]): void;
  /** Runs a module call; a leaf call is one that the tracer records whole, hiding the ops inside. */
  call(module: object, inputs: readonly unknown[], run: () => unknown): unknown;
}

let active: Tracer | null = null;

/** The tracer that watches now, or null. */
export function activeTracer(): Tracer | null {
  return active;
}

/** Runs `body` under a tracer (null hides it: the inside of a leaf module). */
export function withTracer<T>(tracer: Tracer | null, body: () => T): T {
  const outer = active;
  active = tracer;
  try {
    return body();
  } finally {
    active = outer;
  }
}

import { insideFrame, isolatedFrame } from "./internal/ownership.ts";
import type { Storage } from "./storage.ts";
import { tensorsIn } from "./tensors-in.ts";

/**
 * Runs `body`; the memory of tensors made meanwhile returns to the pool afterwards, except that of tensors in the
 * result (itself, in arrays or plain objects) and of those that were told to `keep`. What backward needs lives on until
 * then. Every call of a module is a frame; around a whole training step it makes the next step allocate nothing:
 *
 * ```ts ignore
 * const loss = frame(() => {
 *   const loss = criterion(model(x), y);
 *   loss.backward();
 *   optimizer.step();
 *   return loss.item();
 * });
 * ```
 *
 * Frames inside a frame join the outermost.
 */
export function frame<T>(body: () => T): T {
  return insideFrame() ? body() : isolatedFrame(body, storagesIn);
}

function* storagesIn(result: unknown): IterableIterator<Storage> {
  for (const x of tensorsIn(result)) yield x.storage;
}

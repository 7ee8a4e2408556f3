import type { StateDict } from "@octavo/nn";
import type { Observer, ObserverState } from "@octavo/observers";
import { tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";

/** An observer's buffers as tensors, under torch's names. */
export function observerTensors(observer: Observer, prefix = ""): StateDict {
  return new Map(
    Object.entries(observer.stateDict()).map(([name, { data, shape }]) => {
      const dtype = data instanceof Int32Array ? "int32" : "float32";
      return [prefix + name, tensor(data, shape, { dtype })];
    }),
  );
}

/** Reads what `observerTensors` wrote; nothing if there is nothing of it. @throws FormatError for a part of it. */
export function loadObserver(observer: Observer, state: ReadonlyMap<string, Tensor>, prefix: string): void {
  const own = [...state].filter(([name]) => name.startsWith(prefix));
  if (own.length > 0) {
    observer.loadStateDict(
      Object.fromEntries(own.map(([name, { data, shape }]) => [name.slice(prefix.length), { data, shape }])),
    );
  }
}

/** Whether there is a range yet: none is +∞..−∞, or no channels. Observers that keep none are always ready. */
export function hasObserved({ min_val: min }: ObserverState): boolean {
  return min === undefined || (min.data.length > 0 && min.data[0] !== Infinity);
}

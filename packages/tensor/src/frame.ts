import type { Storage } from "./storage.ts";

/** Storages made since the outermost frame opened, or null outside frames. */
let made: Storage[] | null = null;

/** Called for every new storage: inside a frame, the frame owns it. */
export function adopt(storage: Storage): void {
  made?.push(storage);
}

/**
 * Runs `body`; what was made meanwhile is released afterwards, except what `survivors` finds in the result. Nested
 * frames join the outermost. The tape holds its own references, so values that backward needs live on until then.
 */
export function frame<T>(body: () => T, survivors: (result: T) => Iterable<Storage>): T {
  return made === null ? isolatedFrame(body, survivors) : body();
}

/** As `frame`, but never joins an outer one: the rules of backward run in frames of their own. */
export function isolatedFrame<T>(body: () => T, survivors: (result: T) => Iterable<Storage>): T {
  const outer = made;
  const mine: Storage[] = [];
  made = mine;
  try {
    const result = body();
    for (const storage of survivors(result)) storage.retain();
    return result;
  } finally {
    made = outer;
    for (const storage of mine) storage.release();
  }
}

import type { Storage } from "../storage.ts";

/** Claims made since the outermost frame opened, one per owner; null outside frames. */
let claims: Storage[] | null = null;

/** Called for every new owner of memory: inside a frame, the frame is that owner. */
export function adopt(storage: Storage): void {
  claims?.push(storage);
}

/** Whether a frame is open, so that what is made now will be released at its end. */
export function insideFrame(): boolean {
  return claims !== null;
}

/** Runs `body`, then gives up every claim made meanwhile, after `survivors` of the result got an owner more. */
export function isolatedFrame<T>(body: () => T, survivors: (result: T) => Iterable<Storage>): T {
  const outer = claims;
  const mine: Storage[] = [];
  claims = mine;
  try {
    const result = body();
    for (const storage of survivors(result)) storage.settle().retain();
    return result;
  } finally {
    claims = outer;
    for (const storage of mine) storage.release();
  }
}

/** Of WebAssembly memory. */
const pageBytes = 65536;

/**
 * Address space of a memory that is not shared, largest that the engine grants: growing later would detach every view
 * that callers hold. Unused pages cost no memory, they are zero pages of the operating system.
 */
const reservations = [5 * 2 ** 28, 2 ** 30, 2 ** 28, 2 ** 26];

/** Grows a memory that is not shared to all that it will have. @returns how much of it is for copies of kernels' arguments. */
export function reserveAddresses(memory: WebAssembly.Memory): number {
  for (const bytes of reservations) {
    try {
      memory.grow(bytes / pageBytes);
      return bytes / 5;
    } catch {
      // Less may do.
    }
  }
  return 0;
}

/** Most bytes of a shared memory, largest that the engine grants. It grows as needed, and views stay valid. */
const maxima = [2 ** 32, 2 ** 31, 2 ** 30, 2 ** 28];
const initialBytes = 2 ** 24;

/** @throws RangeError if the engine grants none. */
export function sharedMemory(): WebAssembly.Memory {
  for (const bytes of maxima) {
    try {
      return new WebAssembly.Memory({
        initial: initialBytes / pageBytes,
        maximum: bytes / pageBytes,
        shared: true,
      });
    } catch {
      // Less may do.
    }
  }
  throw new RangeError("the engine grants no shared memory");
}

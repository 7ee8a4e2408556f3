import { ArgumentError } from "@octavo/spec";
import type { Memory } from "@octavo/spec";

/** What `allocate` gave and `free` has not taken back, with the size class of each. */
export class GivenMemories {
  readonly #sizes = new WeakMap<Memory, number>();

  add(memory: Memory, size: number): Memory {
    this.#sizes.set(memory, size);
    return memory;
  }

  /** @returns its size. @throws ArgumentError for what is not among them. */
  remove(memory: Memory): number {
    const size = this.#sizes.get(memory);
    if (size === undefined) {
      throw new ArgumentError({
        where: "free",
        expected: "a memory from this provider's allocate, freed once",
        got: "one that it did not give, or that is already free",
      });
    }
    this.#sizes.delete(memory);
    return size;
  }
}

import { ArgumentError } from "@octavo/spec";
import type { Memory } from "@octavo/spec";

import { alignment, FreeLists, sizeClass } from "./size-classes.ts";

/** Cache-line-aligned slices of array buffers; freed ones are used again, so that a steady state allocates nothing. */
export class NativeMemory {
  readonly #misalignment: (array: Uint8Array) => number;
  readonly #free = new FreeLists<Memory>();
  readonly #sizes = new WeakMap<Memory, number>();

  /** @param misalignment address of an array modulo `alignment` */
  constructor(misalignment: (array: Uint8Array) => number) {
    this.#misalignment = misalignment;
  }

  /** At least `byteLength` bytes, zeroed. */
  allocate(byteLength: number): Memory {
    const size = sizeClass(byteLength);
    const used = this.#free.take(size);
    if (used) new Uint8Array(used.buffer, used.byteOffset, size).fill(0);
    const memory = { ...(used ?? this.#create(size)), byteLength, collectable: true };
    this.#sizes.set(memory, size);
    return memory;
  }

  free(memory: Memory): void {
    const size = this.#sizes.get(memory);
    if (size === undefined) {
      throw new ArgumentError({
        where: "free",
        expected: "a memory from this provider's allocate, freed once",
        got: "one that it did not give, or that is already free",
      });
    }
    this.#sizes.delete(memory);
    this.#free.give(size, memory);
  }

  #create(size: number): Memory {
    const buffer = new ArrayBuffer(size + alignment);
    const past = this.#misalignment(new Uint8Array(buffer));
    return { buffer, byteOffset: past === 0 ? 0 : alignment - past, byteLength: size, collectable: true };
  }
}

import type { Memory } from "@octavo/spec";

import { GivenMemories } from "./given-memories.ts";
import { alignment, FreeLists, sizeClass } from "./size-classes.ts";

/** Cache-line-aligned slices of array buffers; freed ones are used again, so that a steady state allocates nothing. */
export class NativeMemory {
  readonly #misalignment: (array: Uint8Array) => number;
  readonly #free = new FreeLists<Memory>();
  readonly #given = new GivenMemories();

  /** @param misalignment address of an array modulo `alignment` */
  constructor(misalignment: (array: Uint8Array) => number) {
    this.#misalignment = misalignment;
  }

  /** At least `byteLength` bytes, zeroed. */
  allocate(byteLength: number): Memory {
    const size = sizeClass(byteLength);
    const used = this.#free.take(size);
    if (used) new Uint8Array(used.buffer, used.byteOffset, size).fill(0);
    return this.#given.add({ ...(used ?? this.#create(size)), byteLength, collectable: true }, size);
  }

  free(memory: Memory): void {
    this.#free.give(this.#given.remove(memory), memory);
  }

  #create(size: number): Memory {
    const buffer = new ArrayBuffer(size + alignment);
    const past = this.#misalignment(new Uint8Array(buffer));
    return { buffer, byteOffset: past === 0 ? 0 : alignment - past, byteLength: size, collectable: true };
  }
}

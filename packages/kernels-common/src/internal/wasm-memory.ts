import { ArgumentError, KernelError } from "@octavo/spec";
import type { Memory } from "@octavo/spec";

import { alignment, FreeLists, sizeClass } from "./size-classes.ts";

const pageBytes = 65536;
/**
 * Address space reserved at the start, largest that the engine grants. Growing later would detach every view that callers
 * hold; unused pages cost no memory, they are zero pages of the operating system.
 */
const reservations = [2 ** 30, 2 ** 28, 2 ** 26];

/** Allocator inside a module's memory, above its stack and static data. */
export class WasmMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #free = new FreeLists<number>();
  readonly #sizes = new WeakMap<Memory, number>();
  #top: number;

  constructor(memory: WebAssembly.Memory, heapBase: number) {
    this.#memory = memory;
    this.#top = Math.ceil(heapBase / alignment) * alignment;
    reservations.some((bytes) => this.#tryGrow(this.#top + bytes));
  }

  /** Of the whole memory. Another object once memory has grown. */
  get buffer(): ArrayBuffer {
    return this.#memory.buffer as ArrayBuffer;
  }

  /** At least `byteLength` bytes, zeroed; memory of the engine, outside the module, once that is full. */
  allocate(byteLength: number): Memory {
    const size = sizeClass(byteLength);
    const used = this.#free.take(size);
    if (used !== undefined) new Uint8Array(this.buffer, used, size).fill(0);
    const byteOffset = used ?? this.#extend(size);
    if (byteOffset === null) {
      return this.#remember(
        { buffer: new ArrayBuffer(byteLength), byteOffset: 0, byteLength, collectable: true },
        0,
      );
    }
    const memory = this.#memory;
    const inside = {
      get buffer() {
        return memory.buffer;
      },
      byteOffset,
      byteLength,
    };
    return this.#remember(inside, size);
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
    if (size > 0) this.#free.give(size, memory.byteOffset);
  }

  /** Room for the copies of one call's arguments: an address that stays valid until the next request for more. */
  reserve(byteLength: number): number {
    const size = sizeClass(byteLength);
    const address = this.#free.take(size) ?? this.#extend(size);
    if (address !== null) return address;
    if (this.#tryGrow(this.#top + size)) return this.#extend(size)!;
    throw new KernelError({
      where: "WebAssembly memory",
      expected: `${byteLength} free bytes for the arguments of a kernel`,
      got: `${this.buffer.byteLength} bytes in use, and the engine gives no more`,
      hint: "Use smaller batches, or native kernels.",
    });
  }

  /** Returns a block of `reserve`. */
  release(address: number, byteLength: number): void {
    this.#free.give(sizeClass(byteLength), address);
  }

  #remember(memory: Memory, size: number): Memory {
    this.#sizes.set(memory, size);
    return memory;
  }

  #extend(size: number): number | null {
    if (this.#top + size > this.buffer.byteLength) return null;
    const address = this.#top;
    this.#top += size;
    return address;
  }

  #tryGrow(byteLength: number): boolean {
    const missing = Math.ceil((byteLength - this.buffer.byteLength) / pageBytes);
    if (missing <= 0) return true;
    try {
      this.#memory.grow(missing);
      return true;
    } catch {
      return false;
    }
  }
}

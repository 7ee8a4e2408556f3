import { KernelError } from "@octavo/spec";
import type { Memory } from "@octavo/spec";

import { GivenMemories } from "./given-memories.ts";
import { FreeLists, sizeClass } from "./size-classes.ts";

/** `reserve` of wasm-heap.cpp: an address, or 0. */
type Reserve = (byteLength: number, mayGrow: boolean) => number;

/** Addresses of a module end here, and numbers that it is given begin at 0 again. */
const addressSpace = 2 ** 32;

/**
 * Blocks of a module's memory, above its stack and static data. It grows only where it is shared: else growing would detach
 * all that callers hold.
 */
export class WasmMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #reserve: Reserve;
  readonly #free = new FreeLists<number>();
  readonly #given = new GivenMemories();
  /** Of shared memory: each growth makes another buffer, and all of them stay valid. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  readonly #isShared: boolean;
  #buffer: ArrayBufferLike;

  constructor(memory: WebAssembly.Memory, reserve: Reserve) {
    this.#memory = memory;
    this.#reserve = reserve;
    this.#buffer = memory.buffer;
    this.#isShared = !(this.#buffer instanceof ArrayBuffer);
    this.#buffers.add(this.#buffer);
  }

  /** Of the whole memory. Another object once memory has grown. */
  get buffer(): ArrayBuffer {
    if (this.#buffer !== this.#memory.buffer) {
      this.#buffer = this.#memory.buffer;
      this.#buffers.add(this.#buffer);
    }
    return this.#buffer as ArrayBuffer;
  }

  /** Whether an array of this buffer lies in the module's memory. */
  holds(buffer: ArrayBufferLike): boolean {
    return buffer === this.buffer || (this.#isShared && this.#buffers.has(buffer));
  }

  /**
   * At least `byteLength` bytes, zeroed. Where all is taken, memory of the engine outside the module, which kernels copy.
   *
   * @throws KernelError for more than there can be, or than could be copied.
   */
  allocate(byteLength: number): Memory {
    const size = sizeClass(byteLength);
    const used = this.#free.take(size);
    if (used !== undefined) new Uint8Array(this.buffer, used, size).fill(0);
    const byteOffset = used ?? this.#extend(size);
    if (byteOffset === null) {
      if (size > this.buffer.byteLength) throw this.#exhausted(byteLength);
      return this.#given.add(
        { buffer: new ArrayBuffer(byteLength), byteOffset: 0, byteLength, collectable: true },
        0,
      );
    }
    const { buffer } = this;
    if (this.#isShared) return this.#given.add({ buffer, byteOffset, byteLength }, size);
    const memory = this.#memory;
    const inside = {
      get buffer() {
        return memory.buffer;
      },
      byteOffset,
      byteLength,
    };
    return this.#given.add(inside, size);
  }

  free(memory: Memory): void {
    const size = this.#given.remove(memory);
    if (size > 0) this.#free.give(size, memory.byteOffset);
  }

  /** A block for the module's own use: an address. @throws KernelError where there is none. */
  reserve(byteLength: number): number {
    const size = sizeClass(byteLength);
    const address = this.#free.take(size) ?? this.#extend(size);
    if (address === null) throw this.#exhausted(byteLength);
    return address;
  }

  /** Returns a block of `reserve`. */
  release(address: number, byteLength: number): void {
    this.#free.give(sizeClass(byteLength), address);
  }

  #exhausted(byteLength: number): KernelError {
    return new KernelError({
      where: "WebAssembly memory",
      expected: `${byteLength} free bytes`,
      got: `fewer: it has ${this.buffer.byteLength} and cannot grow so far`,
      hint: "Run smaller batches, and loops in frame(() => …).",
    });
  }

  #extend(size: number): number | null {
    if (size >= addressSpace) return null;
    const address = this.#reserve(size, this.#isShared) >>> 0;
    if (address === 0) return null;
    // Growth by another thread is not always seen at once; growing by nothing makes it so.
    if (address + size > this.buffer.byteLength) this.#memory.grow(0);
    return address;
  }
}

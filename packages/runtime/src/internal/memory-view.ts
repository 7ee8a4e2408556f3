import type { Memory, TypedArray } from "@octavo/spec";

type Constructor<A> = new (buffer: ArrayBuffer, byteOffset: number, length: number) => A;

/** A typed array in a memory, made anew when the memory has moved. */
export class MemoryView<A extends TypedArray> {
  readonly #memory: Memory;
  readonly #type: Constructor<A>;
  readonly #offset: number;
  readonly #length: number;
  #array: A;

  /** @param offset of its first byte from the memory's */
  constructor(memory: Memory, type: Constructor<A>, offset: number, length: number) {
    this.#memory = memory;
    this.#type = type;
    this.#offset = offset;
    this.#length = length;
    this.#array = this.another();
  }

  get array(): A {
    if (this.#array.buffer !== this.#memory.buffer) this.#array = this.another();
    return this.#array;
  }

  /** A second array over the same elements. */
  another(): A {
    const { buffer, byteOffset } = this.#memory;
    return new this.#type(buffer as ArrayBuffer, byteOffset + this.#offset, this.#length);
  }
}

import type { KernelProvider, Memory, TypedArray } from "@octavo/spec";

/** Where the arrays of a law lie: in the provider's own memory, or anywhere. */
export type Placement = "own" | "foreign";

const guardBytes = 64;
const guardValue = 0xa5;

/**
 * Copies of arrays with bytes on both sides that nobody may touch. Views are made anew each time, because a provider's
 * memory may move when it grows.
 */
export class GuardedArrays<Arrays extends Readonly<Record<string, TypedArray>>> {
  readonly #provider: KernelProvider;
  readonly #placement: Placement;
  readonly #templates: Arrays;
  readonly #memories = new Map<keyof Arrays, Memory>();
  readonly #shift: number;

  /** `shift` moves every array by that many elements, so that kernels meet all alignments. */
  constructor(provider: KernelProvider, placement: Placement, arrays: Arrays, shift: number) {
    this.#provider = provider;
    this.#placement = placement;
    this.#templates = arrays;
    this.#shift = shift;
    for (const [name, { byteLength, BYTES_PER_ELEMENT }] of Object.entries(arrays)) {
      this.#memories.set(name, this.#allocate(byteLength + 2 * guardBytes + shift * BYTES_PER_ELEMENT));
    }
    for (const name of this.#memories.keys()) this.#bytes(name).fill(guardValue);
    const views = this.views();
    for (const [name, array] of Object.entries(arrays)) copyElements(array, views[name]);
  }

  views(): Arrays {
    const view = (name: string, { length, constructor, BYTES_PER_ELEMENT }: TypedArray) => {
      const { buffer, byteOffset } = this.#memories.get(name)!;
      const Type = constructor as new (
        buffer: ArrayBufferLike,
        byteOffset: number,
        length: number,
      ) => TypedArray;
      return new Type(buffer, byteOffset + guardBytes + this.#shift * BYTES_PER_ELEMENT, length);
    };
    const entries = Object.entries(this.#templates).map(([name, array]) => [name, view(name, array)]);
    return Object.fromEntries(entries) as Arrays;
  }

  /** Names of arrays around which something was written. */
  damaged(): string[] {
    return Object.entries(this.#templates).flatMap(([name, { byteLength, BYTES_PER_ELEMENT }]) => {
      const bytes = this.#bytes(name);
      const start = guardBytes + this.#shift * BYTES_PER_ELEMENT;
      const outside = [...bytes.subarray(0, start), ...bytes.subarray(start + byteLength)];
      return outside.every((byte) => byte === guardValue) ? [] : [name];
    });
  }

  release(): void {
    if (this.#placement === "own") for (const memory of this.#memories.values()) this.#provider.free(memory);
  }

  #allocate(byteLength: number): Memory {
    if (this.#placement === "own") return this.#provider.allocate(byteLength);
    return { buffer: new ArrayBuffer(byteLength), byteOffset: 0, byteLength };
  }

  /** The guards and what lies between; a provider may round the size up, which is no business of ours. */
  #bytes(name: keyof Arrays): Uint8Array {
    const { buffer, byteOffset } = this.#memories.get(name)!;
    const { byteLength, BYTES_PER_ELEMENT } = this.#templates[name];
    return new Uint8Array(buffer, byteOffset, byteLength + 2 * guardBytes + this.#shift * BYTES_PER_ELEMENT);
  }
}

function copyElements(from: TypedArray, to: TypedArray): void {
  new Uint8Array(to.buffer, to.byteOffset, to.byteLength).set(
    new Uint8Array(from.buffer, from.byteOffset, from.byteLength),
  );
}

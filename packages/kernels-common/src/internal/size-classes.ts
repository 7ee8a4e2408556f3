/** Alignment of all allocations, in bytes: a cache line, and the widest vector. */
export const alignment = 64;

/** The size class of a request: four per power of two, so that at most a fifth is wasted; a multiple of `alignment`. */
export function sizeClass(byteLength: number): number {
  if (byteLength <= alignment) return alignment;
  const step = Math.max(alignment, 2 ** (Math.floor(Math.log2(byteLength - 1)) - 2));
  return Math.ceil(byteLength / step) * step;
}

/** Returned blocks, kept for the next request of the same class. */
export class FreeLists<Block> {
  readonly #lists = new Map<number, Block[]>();

  take(size: number): Block | undefined {
    return this.#lists.get(size)?.pop();
  }

  give(size: number, block: Block): void {
    const list = this.#lists.get(size);
    if (list) list.push(block);
    else this.#lists.set(size, [block]);
  }
}

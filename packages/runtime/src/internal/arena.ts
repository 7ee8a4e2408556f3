/** Bytes that are needed from step `first` to step `last`, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Where each buffer begins, in bytes, and how large the arena must be. */
export interface ArenaLayout {
  readonly offsets: readonly number[];
  readonly byteLength: number;
}

/** A cache line, and enough for any vector type. */
export const arenaAlignment = 64;

/**
 * Places buffers in one arena so that no two that live at the same time overlap: the largest first, each at the lowest
 * offset where it fits ("greedy by size", Pisarchyk & Lee, Efficient Memory Management for Deep Neural Net Inference, 2020).
 */
export function planArena(lifetimes: readonly Lifetime[]): ArenaLayout {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: number[] = [];
  let byteLength = 0;
  const bySize = [...lifetimes.keys()]
    .filter((index) => lifetimes[index].bytes > 0)
    .sort((a, b) => lifetimes[b].bytes - lifetimes[a].bytes);
  for (const index of bySize) {
    const { bytes, first, last } = lifetimes[index];
    let offset = 0;
    for (let i = 0; i < placed.length; i++) {
      const other = placed[i];
      if (lifetimes[other].first > last || lifetimes[other].last < first) continue;
      if (offset + bytes <= offsets[other]) break;
      offset = Math.max(offset, alignUp(offsets[other] + lifetimes[other].bytes));
    }
    offsets[index] = offset;
    let behind = placed.length;
    while (behind > 0 && offsets[placed[behind - 1]] > offset) behind--;
    placed.splice(behind, 0, index);
    byteLength = Math.max(byteLength, offset + bytes);
  }
  return { offsets, byteLength: alignUp(byteLength) };
}

/** Every buffer at a place of its own: what a planned arena must give the same results as. */
export function separateBuffers(lifetimes: readonly Lifetime[]): ArenaLayout {
  let byteLength = 0;
  const offsets = lifetimes.map(({ bytes }) => {
    const offset = byteLength;
    byteLength += alignUp(bytes);
    return offset;
  });
  return { offsets, byteLength };
}

function alignUp(bytes: number): number {
  return Math.ceil(bytes / arenaAlignment) * arenaAlignment;
}

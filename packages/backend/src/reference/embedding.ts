import { requireRows } from "@octavo/spec";
import type { Kernels } from "@octavo/spec";

const { fround } = Math;

/** Rows copied, or dequantized by the scale and float zero point of their own. */
export const embeddingKernels = {
  embedding(table, scale, zeroPoint, indices, y, bits) {
    if (indices.length === 0) return;
    const width = y.length / indices.length;
    requireRows(indices, scale?.length ?? table.length / width, "embedding");
    for (let i = 0; i < indices.length; i++) {
      const row = Number(indices[i]);
      const step = scale?.[row] ?? 1;
      const zero = zeroPoint?.[row] ?? 0;
      for (let c = 0, at = row * width; c < width; c++, at++) {
        const value = bits === 4 ? (table[at >> 1] >> (4 * (at & 1))) & 15 : table[at];
        y[i * width + c] = fround(value - zero) * step;
      }
    }
  },

  embeddingGradient(indices, dy, dTable, width, skipped) {
    requireRows(indices, dTable.length / width, "embeddingGradient");
    dTable.fill(0);
    for (let i = 0; i < indices.length; i++) {
      const row = Number(indices[i]);
      if (row === skipped) continue;
      for (let c = 0; c < width; c++) dTable[row * width + c] += dy[i * width + c];
    }
  },
} satisfies Partial<Kernels>;

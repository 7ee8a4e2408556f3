import { OctavoError } from "@octavo/spec";
import type { KernelName, Kernels } from "@octavo/spec";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw, KernelLaw } from "./kernel-law.ts";
import { tileSize } from "./sizes.ts";

export const embeddingLaws: readonly AgreementLaw[] = [
  agreementLaw(
    "embedding of 4, 8 and 32 bits, by both types of indices",
    ["embedding"],
    fc.record({
      rows: fc.constantFrom(1, 2, 7, 300),
      size: tileSize,
      count: fc.constantFrom(0, 1, 5, 1000),
      bits: fc.constantFrom(4, 8, 32),
      isLong: fc.boolean(),
    }),
    ({ rows, size, count, bits, isLong }, random) => {
      const width = bits === 4 ? 2 * size : size;
      const chosen = random.integers(count, 0, rows - 1);
      const isFloat = bits === 32;
      const bytes = () => random.bytes((rows * width * bits) / 8, false) as Uint8Array;
      return scene({
        arrays: {
          table: isFloat ? random.floats(rows * width) : bytes(),
          scale: random.scales(rows),
          zeroPoint: random.floats(rows, -1, 300),
          indices: isLong ? BigInt64Array.from(chosen, BigInt) : chosen,
          y: new Float32Array(count * width),
        },
        writes: ["y"],
        agreement: "bits",
        run: (k, { table, scale, zeroPoint, indices, y }) =>
          k.embedding(table, isFloat ? null : scale, isFloat ? null : zeroPoint, indices, y, bits),
      });
    },
  ),
  agreementLaw(
    "embeddingGradient adds the gradients of each row in their order",
    ["embeddingGradient"],
    fc.record({
      rows: fc.constantFrom(1, 2, 7, 3000),
      width: tileSize,
      count: fc.constantFrom(0, 1, 5, 1000),
      skips: fc.boolean(),
      isLong: fc.boolean(),
    }),
    ({ rows, width, count, skips, isLong }, random) => {
      const chosen = random.integers(count, 0, rows - 1);
      return scene({
        arrays: {
          indices: isLong ? BigInt64Array.from(chosen, BigInt) : chosen,
          dy: random.floats(count * width),
          dTable: new Float32Array(rows * width),
        },
        writes: ["dTable"],
        agreement: "bits",
        run: (k, { indices, dy, dTable }) =>
          k.embeddingGradient(indices, dy, dTable, width, skips ? (chosen[0] ?? 0) : -1),
      });
    },
  ),
];

const outside = [-1, 2, 2 ** 31 - 1, -(2 ** 31)];

const rows = Float32Array.of(1, 2, 3, 4);

type Indices = Int32Array | BigInt64Array;

/** Calls on a table of 2 × 2. */
const calls: Readonly<Record<string, (kernels: Kernels, indices: Indices, y: Float32Array) => void>> = {
  embedding: (kernels, indices, y) => kernels.embedding(rows, null, null, indices, y, 32),
  embeddingGradient: (kernels, indices, y) => kernels.embeddingGradient(indices, rows, y, 2, -1),
};

export const foreignRowLaws: readonly KernelLaw[] = Object.entries(calls).map(([kernel, call]) => ({
  name: `${kernel} refuses an index that is no row, and writes nothing`,
  kernels: [kernel as KernelName],
  check({ kernels }) {
    for (const index of outside) {
      // Of the long ones, the low half alone is a row.
      for (const indices of [Int32Array.of(1, index), BigInt64Array.of(1n, BigInt(index) * 2n ** 32n)]) {
        const y = new Float32Array(4).fill(7);
        const refused = refuses(() => call(kernels as Kernels, indices, y));
        if (!refused || y.some((value) => value !== 7)) throw new Error(`took the index ${indices[1]}: ${y}`);
      }
    }
  },
}));

function refuses(call: () => void): boolean {
  try {
    call();
    return false;
  } catch (error) {
    return OctavoError.isInstance(error);
  }
}

import { OctavoError } from "@octavo/spec";
import type { Kernels } from "@octavo/spec";
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
];

const outside = [-1, 2, 2 ** 31 - 1, -(2 ** 31)];

export const foreignRowLaw: KernelLaw = {
  name: "embedding refuses an index that is no row, and writes nothing",
  kernels: ["embedding"],
  check({ kernels }) {
    for (const index of outside) {
      // Of the long ones, the low half alone is a row.
      for (const indices of [Int32Array.of(1, index), BigInt64Array.of(1n, BigInt(index) * 2n ** 32n)]) {
        const y = new Float32Array(4).fill(7);
        const refused = refuses(() => (kernels as Kernels).embedding(rows, null, null, indices, y, 32));
        if (!refused || y.some((value) => value !== 7)) throw new Error(`took the index ${indices[1]}: ${y}`);
      }
    }
  },
};

const rows = Float32Array.of(1, 2, 3, 4);

function refuses(call: () => void): boolean {
  try {
    call();
    return false;
  } catch (error) {
    return OctavoError.isInstance(error);
  }
}

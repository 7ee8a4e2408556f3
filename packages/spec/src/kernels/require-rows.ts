import { ArgumentError } from "../errors.ts";

/** @throws ArgumentError naming `where`, for the first index that is none of a table's `rows`. */
export function requireRows(indices: Int32Array | BigInt64Array, rows: number, where: string): void {
  for (const index of indices) {
    if (index >= 0 && index < rows) continue;
    throw new ArgumentError({ where, expected: `indices from 0 to ${rows - 1}`, got: String(index) });
  }
}

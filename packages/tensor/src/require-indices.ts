import { DTypeError } from "@octavo/spec";
import { requireTensor } from "./internal/require-tensor.ts";
import { whereOf } from "./internal/where.ts";
import type { Tensor } from "./tensor.ts";

/** How to make indices. */
export const indicesHint =
  'tensor([2, 0], { dtype: "int32" }) makes them of numbers, tensor(BigInt64Array.of(2n, 0n), { dtype: "int64" }) of BigInts.';

/** @throws ArgumentError for what is no tensor, DTypeError for one of other numbers than int32 and int64. */
export function requireIndices(x: unknown, where: string): asserts x is Tensor {
  requireTensor(x, where, indicesHint);
  if (x.dtype === "int32" || x.dtype === "int64") return;
  const expected = "indices of int32 or int64";
  throw new DTypeError({ where: whereOf(where), expected, got: x.describe(), hint: indicesHint });
}

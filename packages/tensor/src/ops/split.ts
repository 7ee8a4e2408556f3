import { ArgumentError } from "@octavo/spec";
import { axisIn } from "../internal/axis-of.ts";
import { optionsOf } from "../internal/options-of.ts";
import { requireShape } from "../internal/require.ts";
import { whereOf } from "../internal/where.ts";
import type { Tensor } from "../tensor.ts";
import { narrow } from "./slice.ts";

interface SplitOptions {
  /** Default 0. */
  readonly dim?: number;
}

const splitSettings = optionsOf("split", { dim: 0 });
const chunkSettings = optionsOf("chunk", { dim: 0 });

/**
 * Parts of the given size (the last may be smaller), or of the sizes in a list, along an axis.
 * @throws ArgumentError for a size below 1, ShapeError for a list that does not add up.
 */
export function split(x: Tensor, size: number | readonly number[], options?: SplitOptions): Tensor[] {
  const axis = axisIn(x, splitSettings(options).dim, "split");
  const whole = x.shape[axis];
  if (typeof size === "number") requireCount(size, "split");
  const parts = Math.max(1, Math.ceil(whole / Number(size)));
  const sizes =
    typeof size === "number"
      ? Array.from({ length: parts }, (_, i) => Math.min(size, whole - i * size))
      : size;
  const total = sizes.reduce((sum, part) => sum + part, 0);
  requireShape(total === whole, "split", `sizes that add up to ${whole}`, `${sizes.join(" + ")}`);
  let start = 0;
  return sizes.map((part) => {
    start += part;
    return narrow(x, axis, start - part, part);
  });
}

/** At most `chunks` parts of equal size, the last smaller if need be. @throws ArgumentError below 1. */
export function chunk(x: Tensor, chunks: number, options?: SplitOptions): Tensor[] {
  const { dim } = chunkSettings(options);
  requireCount(chunks, "chunk");
  const axis = axisIn(x, dim, "chunk");
  return split(x, Math.max(1, Math.ceil(x.shape[axis] / chunks)), { dim });
}

function requireCount(count: number, where: string): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw new ArgumentError({ where: whereOf(where), expected: "an integer ≥ 1", got: String(count) });
}

import { ShapeError } from "./errors.ts";

/**
 * `axis` counted from the front: −1 of a shape of rank 4 is 3.
 * @param where what an error names; a function is called only if there is one.
 * @throws ShapeError outside −rank … rank − 1.
 */
export function normalizeAxis(
  axis: number,
  shape: readonly number[],
  where: string | (() => string),
): number {
  const rank = shape.length;
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  const expected = rank === 0 ? "a tensor with at least one axis" : `an axis from ${-rank} to ${rank - 1}`;
  throw new ShapeError({
    where: typeof where === "string" ? where : where(),
    expected,
    got: `axis ${axis} of shape [${shape.join(", ")}]`,
  });
}

import { requireShape, shapeText } from "./require.ts";
import { sameShape } from "./same-shape.ts";

/** numpy's and torch's broadcasting: shapes aligned at the end, sizes equal or 1. @throws ShapeError */
export function broadcastShape(a: readonly number[], b: readonly number[], where: string): number[] {
  if (sameShape(a, b)) return [...a];
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    requireShape(
      left === right || left === 1 || right === 1,
      where,
      "shapes that broadcast (sizes equal or 1, aligned at the end)",
      () => `${shapeText(a)} and ${shapeText(b)}`,
    );
    return left === 1 ? right : left;
  });
}

import { denseStrides, region } from "@octavo/spec";
import type { ProgramValue, Region } from "@octavo/spec";

import type { Shape, Step } from "../step.ts";

/** torch's rule: axes are compared from the last one on; a missing axis, or one of size 1, repeats. */
export function broadcastShape(step: Step, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) step.fail("shapes that broadcast", `[${a}] and [${b}]`);
    return x === 1 ? y : x;
  });
}

type Layout = Pick<ProgramValue, "shape" | "memoryFormat">;

/** Strides of a value per axis of `to`; 0 where it repeats. */
export function broadcastStrides({ shape, memoryFormat }: Layout, to: Layout): number[] {
  const own = denseStrides(shape, memoryFormat);
  const missing = to.shape.length - shape.length;
  return to.shape.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : own[axis - missing]));
}

/** The argument of `copyRegion` that repeats a value over the whole of `to`. */
export function expandBlock(from: Layout, to: Layout): Region {
  return region({
    fromOffset: 0,
    toOffset: 0,
    sizes: to.shape,
    fromStrides: broadcastStrides(from, to),
    toStrides: denseStrides(to.shape, to.memoryFormat),
  });
}

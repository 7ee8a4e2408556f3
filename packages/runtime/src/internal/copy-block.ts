import { denseStrides, region } from "@octavo/spec";
import type { ProgramValue, Region } from "@octavo/spec";

/** The block of `from` that is copied, and where in `to` it lands; per axis of `to`. */
export interface Block {
  readonly from: Pick<ProgramValue, "shape" | "memoryFormat">;
  readonly to: Pick<ProgramValue, "shape" | "memoryFormat">;
  /** Elements along each axis; all of `to` when absent. */
  readonly sizes?: readonly number[];
  /** First index in `from`, per axis of `from`; 0 when absent. */
  readonly fromStart?: readonly number[];
  /** Distance between the indices in `from`, per axis of `from`; 1 when absent. */
  readonly fromStep?: readonly number[];
  /** First index in `to`; 0 when absent. */
  readonly toStart?: readonly number[];
  /** `axes[i]`: the axis of `from` that is axis i of `to`; the same order when absent. */
  readonly axes?: readonly number[];
}

/** The argument of `copyRegion` for a block between values in any memory format. */
export function copyBlock({ from, to, sizes, fromStart, fromStep, toStart, axes }: Block): Region {
  const fromStrides = denseStrides(from.shape, from.memoryFormat);
  const toStrides = denseStrides(to.shape, to.memoryFormat);
  const offset = (start: readonly number[] | undefined, strides: readonly number[]) =>
    strides.reduce((sum, stride, axis) => sum + stride * (start?.[axis] ?? 0), 0);
  return region({
    fromOffset: offset(fromStart, fromStrides),
    toOffset: offset(toStart, toStrides),
    sizes: sizes ?? to.shape,
    fromStrides: to.shape.map((_, axis) => {
      const source = axes?.[axis] ?? axis;
      return fromStrides[source] * (fromStep?.[source] ?? 1);
    }),
    toStrides,
  });
}

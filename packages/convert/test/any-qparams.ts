import { quantRanges } from "@octavo/spec";
import type { ProgramQParams, QuantizedDType } from "@octavo/spec";
import * as fc from "fast-check";

interface Bounds {
  readonly scale: { readonly min: number; readonly max: number };
  /** Largest distance of the zero point from the dtype's least integer. */
  readonly place: number;
  /** Whether some have seven bits. */
  readonly reduces?: boolean;
}

/** A dtype with qparams of it. */
export const anyQParams = ({
  scale,
  place,
  reduces = false,
}: Bounds): fc.Arbitrary<[QuantizedDType, ProgramQParams]> =>
  fc
    .record({
      dtype: fc.constantFrom<QuantizedDType>("quint8", "qint8"),
      scale: fc.double({ ...scale, noNaN: true }),
      place: fc.integer({ min: 0, max: place }),
      isReduced: reduces ? fc.boolean() : fc.constant(false),
    })
    .map(({ dtype, scale: step, place: above, isReduced }) => {
      const [quantMin, high] = quantRanges[dtype];
      const quantMax = isReduced ? high - 128 : high;
      return [dtype, { scale: Math.fround(step), zeroPoint: quantMin + above, quantMin, quantMax }];
    });

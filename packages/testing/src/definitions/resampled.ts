import type { ResampleShape, Spatial } from "@octavo/spec";
import { coordinates, indexIn } from "./windows.ts";

/** Along depth, height, width: the first input (0) or the second (1). */
type CornerOf = readonly [number, number, number];

export const corners: readonly CornerOf[] = [...coordinates([2, 2, 2])];

/** One output of a resampling: its position in y, those of its inputs in x, and the second ones' weights. */
interface Resampled {
  readonly to: number;
  read(corner: CornerOf): number;
  readonly weight: readonly number[];
}

export function* resampled(
  sources: Int32Array,
  weights: Float32Array,
  { batch, channels, inSize, outSize }: ResampleShape,
): Generator<Resampled> {
  const volumeOf = ([depth, height, width]: Spatial) => depth * height * width;
  for (let n = 0; n < batch; n++) {
    for (const out of coordinates(outSize)) {
      const tap = [out[0], outSize[0] + out[1], outSize[0] + outSize[1] + out[2]];
      for (let c = 0; c < channels; c++) {
        yield {
          to: (n * volumeOf(outSize) + indexIn(outSize, out)) * channels + c,
          read(corner) {
            const at = corner.map((second, axis) => sources[2 * tap[axis] + second]) as unknown as Spatial;
            return (n * volumeOf(inSize) + indexIn(inSize, at)) * channels + c;
          },
          weight: tap.map((place) => weights[place]),
        };
      }
    }
  }
}

const fl = Math.fround;

/** Along the width, then the height, then the depth; where the weight is 0, the first value alone. */
export function interpolated(weight: readonly number[], valueAt: (corner: CornerOf) => number): number {
  const mix = (w: number, first: number, second: number) =>
    w === 0 ? first : fl(fl(fl(1 - w) * first) + fl(w * second));
  const line = (d: number, h: number) => mix(weight[2], valueAt([d, h, 0]), valueAt([d, h, 1]));
  const plane = (d: number) => mix(weight[1], line(d, 0), line(d, 1));
  return mix(weight[0], plane(0), plane(1));
}

import type { Spatial } from "./shapes.ts";

export type ResampleMode = "nearest" | "nearestExact" | "linear";

/** What decides which inputs an output of resampling reads. */
export interface Resampling {
  readonly inSize: Spatial;
  readonly outSize: Spatial;
  readonly mode: ResampleMode;
  /** `linear`: the first and last elements of input and output lie on each other, instead of their outer edges. */
  readonly alignCorners: boolean;
  /** Output size over input size, where it is given and not only what the sizes say; null: what they say. */
  readonly scale: readonly [depth: number | null, height: number | null, width: number | null];
}

/** The two inputs and the second's weight of every output index: depth's, then height's, then width's. */
export interface ResampleTaps {
  /** First and second input index of each output index, in turns. */
  readonly sources: Int32Array;
  /** Of the second, from 0 to 1; the first has the rest. */
  readonly weights: Float32Array;
}

const { fround: fl, floor } = Math;
const axes = [0, 1, 2] as const;

/**
 * Taps of torch.nn.functional.interpolate, each step in float32; torch: `area_pixel_compute_source_index`,
 * `compute_source_index_and_lambda`, `nearest_neighbor_compute_source_index` in aten/src/ATen/native/UpSample.h.
 */
export function resampleTaps({ inSize, outSize, mode, alignCorners, scale }: Resampling): ResampleTaps {
  const count = outSize[0] + outSize[1] + outSize[2];
  const sources = new Int32Array(2 * count);
  const weights = new Float32Array(count);
  let at = 0;
  for (const axis of axes) {
    const [from, to] = [inSize[axis], outSize[axis]];
    const step = inputStep(from, to, scale[axis], mode === "linear" && alignCorners);
    for (let out = 0; out < to; out++, at++) {
      const place = to === from ? out : positions[mode](out, step, alignCorners);
      const first = Math.min(floor(place), from - 1);
      sources[2 * at] = first;
      sources[2 * at + 1] = mode === "linear" ? Math.min(first + 1, from - 1) : first;
      weights[at] = mode === "linear" ? Math.min(fl(place - first), 1) : 0;
    }
  }
  return { sources, weights };
}

/** Inputs per output. */
function inputStep(from: number, to: number, scale: number | null, alignCorners: boolean): number {
  if (alignCorners) return to > 1 ? fl((from - 1) / (to - 1)) : 0;
  return scale === null ? fl(from / to) : fl(1 / scale);
}

type Position = (out: number, step: number, alignCorners: boolean) => number;

/** Where in the input an output lies, from 0 on. */
const positions: { readonly [M in ResampleMode]: Position } = {
  nearest: (out, step) => fl(out * step),
  nearestExact: (out, step) => fl(fl(out + 0.5) * step),
  linear: (out, step, alignCorners) =>
    alignCorners ? fl(out * step) : Math.max(fl(fl(fl(out + 0.5) * step) - 0.5), 0),
};

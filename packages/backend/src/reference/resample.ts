import type { Kernels, ResampleShape } from "@octavo/spec";
import { volume } from "./conv-taps.ts";
import { roundingShift } from "./rounding-shift.ts";
import { float64Scratch } from "./scratch.ts";

const { fround } = Math;

/** Axes one after the other; a tap of weight 0 is not read. */
export const resampleKernels = {
  resample(x, sources, weights, y, shape) {
    eachOutput(sources, weights, shape, (from, to, corner) => {
      for (let c = 0; c < shape.channels; c++) {
        y[to + c] = valueAt(corner, (offset) => x[from + offset + c]);
      }
    });
  },

  resampleGradient(dy, sources, weights, dx, shape) {
    const length = shape.batch * volume(shape.inSize) * shape.channels;
    const sums = float64Scratch(length).fill(0, 0, length);
    eachOutput(sources, weights, shape, (from, to, corner) => {
      for (let i = 0; i < 8; i++) {
        const weight = shareOf(corner, i);
        if (weight === 0) continue;
        const at = from + corner.offsets[i];
        for (let c = 0; c < shape.channels; c++) sums[at + c] += weight * dy[to + c];
      }
    });
    for (let i = 0; i < length; i++) dx[i] = sums[i];
  },

  quantizedResample(x, sources, weights, y, zeroPoint, quantMin, quantMax, shape) {
    eachOutput(sources, weights, shape, (from, to, corner) => {
      const isCopy = corner.weights.every((weight) => weight === 0);
      for (let c = 0; c < shape.channels; c++) {
        if (isCopy) {
          y[to + c] = x[from + corner.offsets[0] + c];
          continue;
        }
        const value = valueAt(corner, (offset) => x[from + offset + c] - zeroPoint);
        const integer = value + roundingShift - roundingShift + zeroPoint;
        y[to + c] = integer < quantMin ? quantMin : integer > quantMax ? quantMax : integer;
      }
    });
  },
} satisfies Partial<Kernels>;

/** The inputs of one output: bit 0 of their number is the second along the width, bit 1 the height, bit 2 the depth. */
interface Corner {
  readonly offsets: Int32Array;
  /** Of the second input, along width, height, depth. */
  readonly weights: Float32Array;
}

function valueAt({ offsets, weights }: Corner, read: (offset: number) => number): number {
  const along = (axis: number, number: number): number => {
    if (axis < 0) return read(offsets[number]);
    const weight = weights[axis];
    const first = along(axis - 1, number);
    if (weight === 0) return first;
    return fround(
      fround(fround(1 - weight) * first) + fround(weight * along(axis - 1, number + (1 << axis))),
    );
  };
  return along(2, 0);
}

function shareOf({ weights }: Corner, number: number): number {
  let share = 1;
  for (let axis = 0; axis < 3; axis++) {
    share *= (number >> axis) & 1 ? weights[axis] : fround(1 - weights[axis]);
  }
  return share;
}

/** `body` for each output pixel: where its image and itself begin, and its corner, valid until the next. */
function eachOutput(
  sources: Int32Array,
  weights: Float32Array,
  { batch, channels, inSize, outSize }: ResampleShape,
  body: (from: number, to: number, corner: Corner) => void,
): void {
  const [depth, height, width] = outSize;
  const corner = { offsets: new Int32Array(8), weights: new Float32Array(3) };
  const imageLength = volume(inSize) * channels;
  let to = 0;
  for (let n = 0; n < batch; n++) {
    for (let d = 0; d < depth; d++) {
      for (let h = 0; h < height; h++) {
        for (let w = 0; w < width; w++, to += channels) {
          const places = [depth + height + w, depth + h, d];
          for (let axis = 0; axis < 3; axis++) corner.weights[axis] = weights[places[axis]];
          for (let i = 0; i < 8; i++) {
            const [iw, ih, id] = places.map((place, axis) => sources[2 * place + ((i >> axis) & 1)]);
            corner.offsets[i] = ((id * inSize[1] + ih) * inSize[2] + iw) * channels;
          }
          body(n * imageLength, to, corner);
        }
      }
    }
  }
}

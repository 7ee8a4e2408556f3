import type { Histogram } from "./histogram.ts";

const fl = Math.fround;
const stepSize = 1e-5;

export interface SearchOptions {
  /** Number of integers that values are quantized to. */
  readonly levels: number;
  /** Compares errors in units of the values, as torch, where very small or large ranges lose them to under- or overflow. */
  readonly unscaled: boolean;
}

/**
 * The part of a histogram's range whose quantization has least squared error, by torch's greedy search
 * (`HistogramObserver._non_linear_param_search`): from the whole range, move the end that skips more bins, as long as
 * the error does not grow.
 */
export function searchRange(
  histogram: Histogram,
  { levels, unscaled }: SearchOptions,
): [min: number, max: number] {
  const { counts, min, max } = histogram;
  if (min === max) return [min, max];
  const width = (max - min) / counts.length;
  const errorOf = quantizationError(
    counts,
    unscaled ? width : width / 2 ** Math.floor(Math.log2(width)),
    levels,
  );
  const [start, end] = leastError(counts, errorOf);
  const width32 = fl(fl(max - min) / counts.length);
  return [fl(min + fl(width32 * start)), fl(min + fl(width32 * (end + 1)))];
}

function leastError(
  counts: Float32Array,
  errorOf: (start: number, end: number) => number,
): [start: number, end: number] {
  const { cumulative, total } = cumulate(counts);
  let [alpha, beta, start, end, least] = [0, 1, 0, counts.length - 1, Infinity];
  while (alpha < beta) {
    const [nextAlpha, nextBeta] = [alpha + stepSize, beta - stepSize];
    const [low, high] = [fl(nextAlpha * total), fl(nextBeta * total)];
    let [left, right] = [start, end];
    while (left < end && cumulative[left] < low) left++;
    while (right > start && cumulative[right] > high) right--;

    const moveLeft = left - start > end - right;
    if (moveLeft) alpha = nextAlpha;
    else beta = nextBeta;
    const [nextStart, nextEnd] = moveLeft ? [left, end] : [start, right];
    if (nextStart === start && nextEnd === end) continue;

    const error = errorOf(nextStart, nextEnd);
    if (error > least) break;
    [least, start, end] = [error, nextStart, nextEnd];
  }
  return [start, end];
}

function cumulate(counts: Float32Array): { cumulative: Float32Array; total: number } {
  let total = 0;
  const cumulative = counts.map((count) => (total += count));
  return { cumulative, total };
}

/**
 * Squared error of quantizing the histogram to `levels` equal steps from bin `start` to `end`, with the values of a bin
 * spread evenly: Σ density · ∫ (x − middle of the step)² dx, values outside going to the outermost steps. torch's
 * `_compute_quantization_error`: every step rounded to float32, the sum in double.
 */
function quantizationError(
  counts: Float32Array,
  width: number,
  levels: number,
): (start: number, end: number) => number {
  const width32 = fl(width);
  const density = counts.map((count) => count / width32);
  return (start, end) => {
    const step = (width * (end - start + 1)) / levels;
    const [step32, half] = [fl(step), fl(step / 2)];
    const wholeStep = squareIntegral(-half, half);
    const stepOf = (x: number) => Math.min(Math.max(Math.floor(x / step32), 0), levels - 1);
    let sum = 0;
    for (let bin = 0; bin < density.length; bin++) {
      if (density[bin] === 0) continue;
      const from = fl(fl(bin - start) * width32);
      const to = fl(from + width32);
      const [first, last] = [stepOf(from), stepOf(to)];
      const firstMiddle = fl(fl(first + 0.5) * step32);
      const lastMiddle = fl(fl(last * step32) + half);
      const head = fl(density[bin] * squareIntegral(fl(from - firstMiddle), half));
      const between = fl((last - first - 1) * fl(density[bin] * wholeStep));
      const tail = fl(density[bin] * squareIntegral(-half, fl(to - lastMiddle)));
      sum += fl(fl(head + between) + tail);
    }
    return sum;
  };
}

/** ∫ x² from `from` to `to`. */
function squareIntegral(from: number, to: number): number {
  return fl(fl(cube(to) - cube(from)) / 3);
}

function cube(x: number): number {
  return fl(fl(x * x) * x);
}

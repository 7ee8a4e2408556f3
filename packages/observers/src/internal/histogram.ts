import { kernels } from "@octavo/backend";
// Observers are used without waiting for anything.
import "@octavo/backend/reference";

const fl = Math.fround;

/** How often values fell into each of equally wide bins from `min` to `max`. */
export interface Histogram {
  readonly counts: Float32Array;
  readonly min: number;
  readonly max: number;
}

/**
 * Overwrites `counts` with those of `values` over min..max, as torch.histc: for min = max both ends move by 1. Where
 * float32 cannot move them, all values count in the middle bin.
 */
export function countInto(counts: Float32Array, values: Float32Array, min: number, max: number): void {
  const [low, high] = min === max ? [fl(min - 1), fl(max + 1)] : [min, max];
  if (low !== high) kernels().histogram(values, counts, low, high);
  else counts.fill(0)[counts.length >> 1] = values.length;
}

/** Adds `more` to `counts`, in float32. */
export function addCounts(counts: Float32Array, more: Float32Array): void {
  for (let bin = 0; bin < counts.length; bin++) counts[bin] += more[bin];
}

/** Parts that a bin is cut into before it is distributed over wider bins; torch's `upsample_rate`. */
const parts = 16;

/**
 * Counts over the wider range min..max: each bin is cut into 16 parts, which fall into the new bin that holds their
 * middle; torch's `HistogramObserver._upscale_histogram` and `_combine_histograms`.
 */
export function rebin(histogram: Histogram, min: number, max: number): Float32Array {
  if (histogram.min === min && histogram.max === max) return histogram.counts;
  return histogram.min === histogram.max ? placeSingle(histogram, min, max) : spread(histogram, min, max);
}

function placeSingle({ counts, min: value }: Histogram, min: number, max: number): Float32Array {
  const placed = new Float32Array(counts.length);
  countInto(placed, Float32Array.of(value), min, max);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return placed.map((count) => count * total);
}

function spread({ counts, min: oldMin, max: oldMax }: Histogram, min: number, max: number): Float32Array {
  const bins = counts.length;
  const edge = linspace(min, max, bins + 1);
  const start = linspace(oldMin, oldMax, bins * parts + 1);
  const halfPart = fl(0.5 * fl(fl(oldMax - oldMin) / (bins * parts)));
  const wider = new Float32Array(bins);
  let bin = 0;
  for (let part = 0; part < bins * parts; part++) {
    const middle = fl(start(part) + halfPart);
    while (bin < bins - 1 && edge(bin + 1) <= middle) bin++;
    wider[bin] += counts[Math.floor(part / parts)] / parts;
  }
  return wider;
}

/** torch.linspace in float32: from the nearer end, product and sum rounded once. */
function linspace(from: number, to: number, count: number): (index: number) => number {
  const step = fl(fl(to - from) / (count - 1));
  const half = Math.floor(count / 2);
  return (index) => fl(index < half ? from + step * index : to - step * (count - 1 - index));
}

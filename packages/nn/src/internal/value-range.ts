import { kernels } from "@octavo/backend";
import { channelBlocksOf } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";

const min = new Float32Array(1);
const max = new Float32Array(1);

/** Largest |x|; NaN if any element is, 0 of none. One pass. */
export function largestMagnitude(x: Tensor): number {
  if (x.numel === 0) return 0;
  kernels().minMax(x.data, min, max, channelBlocksOf(x.shape, null));
  return Math.max(Math.abs(min[0]), Math.abs(max[0]));
}

/** `[8, 16, 4, 4] with NaN in 3 of 2048 elements, the others from -1.2 to 3.4`. */
export function describeValues(x: Tensor): string {
  const shape = `[${x.shape.join(", ")}]`;
  const data = x.data;
  let [low, high, nans, infinities] = [Infinity, -Infinity, 0, 0];
  for (const value of data) {
    if (Number.isNaN(value)) nans += 1;
    else if (!Number.isFinite(value)) infinities += 1;
    else [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  const bad = [nans && `NaN in ${nans}`, infinities && `±∞ in ${infinities}`].filter(Boolean).join(" and ");
  const range = low <= high ? `from ${low.toPrecision(3)} to ${high.toPrecision(3)}` : "";
  if (!bad) return `${shape} ${range}`;
  return `${shape} with ${bad} of ${data.length} elements${range && `, the others ${range}`}`;
}

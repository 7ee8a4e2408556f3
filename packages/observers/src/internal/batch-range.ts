import { kernels } from "@octavo/backend";
// Observers are used without waiting for anything.
import "@octavo/backend/reference";
import { QuantizationError } from "@octavo/spec";
import type { ChannelBlocks, KnownRange } from "@octavo/spec";

/** Smallest and largest value of one batch after another; its two arrays are used again each time. */
export class BatchRange {
  min = new Float32Array(1);
  max = new Float32Array(1);

  /** @throws QuantizationError for NaN and ±∞. */
  take(values: Float32Array, blocks: ChannelBlocks, where: string): void {
    if (this.min.length !== blocks.channels) {
      this.min = new Float32Array(blocks.channels);
      this.max = new Float32Array(blocks.channels);
    }
    kernels().minMax(values, this.min, this.max, blocks);
    requireFinite(this, where);
  }
}

/** @throws QuantizationError for NaN and ±∞ at either end of a channel. */
export function requireFinite({ min, max }: KnownRange, where: string): void {
  for (let c = 0; c < min.length; c++) {
    if (Number.isFinite(min[c]) && Number.isFinite(max[c])) continue;
    const bad = Number.isFinite(min[c]) ? max[c] : min[c];
    throw notFinite(bad, where, min.length > 1 ? ` in channel ${c}` : "");
  }
}

function notFinite(value: number, where: string, channel: string): QuantizationError {
  const hint = "Look for a layer that diverged or for data that was not normalized. The batch was not taken.";
  return new QuantizationError({ where, expected: "finite values", got: `${value}${channel}`, hint });
}

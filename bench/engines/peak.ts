import type { MeasurableProvider } from "@octavo/kernels-common";
import type { KernelProvider } from "@octavo/spec";

export type Dot = keyof MeasurableProvider["peak"];

/** Milliseconds that one measurement takes, roughly. */
const duration = 10;

/**
 * Multiply-adds per nanosecond (GMAC/s) of one thread in the loop that the tiles of a provider repeat, best of twenty; null
 * where a provider has no such loop.
 */
export function peakOf(provider: KernelProvider, dot: Dot): number | null {
  const loop = (provider as Partial<MeasurableProvider>).peak?.[dot];
  if (loop === undefined) return null;
  let best = 0;
  let steps = 1000;
  for (let measurements = 0; measurements < 20;) {
    const start = performance.now();
    const products = loop(steps);
    const ms = performance.now() - start;
    if (ms < duration / 2) steps *= 2;
    else measurements++;
    best = Math.max(best, products / (ms * 1e6));
  }
  return best;
}

import type { Kernels } from "@octavo/spec";

const { fround } = Math;

/** What observers look at. */
export const rangeKernels = {
  minMax(x, min, max, { outer, channels, inner }) {
    if (outer * inner === 0) return;
    min.fill(Infinity, 0, channels);
    max.fill(-Infinity, 0, channels);
    for (let o = 0, i = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++) {
        let low = min[c];
        let high = max[c];
        for (const end = i + inner; i < end; i++) {
          low = Math.min(low, x[i]);
          high = Math.max(high, x[i]);
        }
        min[c] = low;
        max[c] = high;
      }
    }
  },

  // torch.histc: fl(fl(fl(x − low) · bins) / fl(high − low)), truncated; multiplied first, then divided
  histogram(x, counts, low, high) {
    const bins = counts.length;
    const [start, end] = [fround(low), fround(high)];
    const range = fround(end - start);
    counts.fill(0);
    for (let i = 0; i < x.length; i++) {
      if (!(x[i] >= start && x[i] <= end)) continue;
      const bin = Math.floor(fround(fround(fround(x[i] - start) * bins) / range));
      counts[bin === bins ? bins - 1 : bin]++;
    }
  },
} satisfies Partial<Kernels>;

import { channelBlocks, convShape, ReduceOp } from "@octavo/spec";
import type { KernelProvider } from "@octavo/spec";
import { bitDifference } from "../agreement.ts";
import { RandomValues } from "./random-values.ts";
import type { TestFunctions } from "./run-kernel-laws.ts";

const [rows, channels] = [20_011, 24];
const sized = [1, 8, 8] as const;
const threes = [1, 3, 3] as const;
const ones = [1, 1, 1] as const;
const conv = convShape({
  batch: 64,
  inChannels: 24,
  outChannels: 40,
  groups: 1,
  inSize: sized,
  outSize: sized,
  kernel: threes,
  stride: ones,
  padding: [0, 1, 1],
  dilation: ones,
});

/** Kernels whose results are sums, each over enough for many pieces of work. */
function sums({ kernels }: KernelProvider): Record<string, () => Float32Array[]> {
  const random = new RandomValues(1);
  const x = random.floats(rows * channels);
  const other = random.floats(rows * channels);
  const dy = random.floats(64 * 64 * 40);
  const vector = () => new Float32Array(channels);
  const factors = random.scales(rows);
  const [scale, zeroPoint] = [Float32Array.of(0.01), Int32Array.of(0)];
  /** Of a weight with so many channels of so many elements each, or, if that is 1, as many as there are. */
  const scaled = (count: number, inner: number) => {
    const blocks = channelBlocks({ outer: x.length / (count * inner), channels: count, inner });
    const [y, dx, dFactor] = [x.length, x.length, count].map((length) => new Float32Array(length));
    kernels.scaledFakeQuantize!(x, factors, scale, zeroPoint, y, blocks, -128, 127);
    const given = [x, factors, y, other, scale, zeroPoint, dx, dFactor, blocks, -128, 127] as const;
    kernels.scaledFakeQuantizeGradient!(...given);
    return [y, dx, dFactor];
  };
  return {
    reduce: () => {
      const y = new Float32Array(1);
      kernels.reduce!(ReduceOp.sum, x, y, channelBlocks({ outer: 1, channels: x.length, inner: 1 }));
      return [y];
    },
    channelMoments: () => {
      const [mean, variance, min, max] = [vector(), vector(), vector(), vector()];
      kernels.channelMoments!(x, mean, variance, min, max, rows, channels);
      return [mean, variance, min, max];
    },
    channelSums: () => {
      const [sum, product] = [vector(), vector()];
      kernels.channelSums!(x, other, sum, product, rows, channels);
      return [sum, product];
    },
    "scaledFakeQuantizeGradient, channels one after the other": () => scaled(rows, channels),
    "scaledFakeQuantizeGradient, channels side by side": () => scaled(channels, 1),
    convWeightGradient: () => {
      const dWeight = new Float32Array(40 * 9 * 24);
      kernels.convWeightGradient!(x.subarray(0, 64 * 64 * 24), dy, dWeight, conv);
      return [dWeight];
    },
  };
}

/** One test per kernel: 2 and 5 threads give the bits of one. */
export function runThreadLaws(provider: KernelProvider, { describe, it }: TestFunctions): void {
  describe(`results do not depend on the number of threads: ${provider.name}`, () => {
    for (const [name, results] of Object.entries(sums(provider))) {
      it(name, () => {
        const before = provider.threads;
        try {
          const [one, ...others] = [1, 2, 5].map((threads) => {
            provider.setThreads(threads);
            return results();
          });
          for (const other of others) {
            other.forEach((array, i) => {
              const difference = bitDifference(array, one[i]);
              if (difference !== null) throw new Error(`${name}: ${difference}`);
            });
          }
        } finally {
          provider.setThreads(before);
        }
      });
    }
  });
}

import { channelBlocks, convShape, ReduceOp } from "@octavo/spec";
import type { KernelProvider } from "@octavo/spec";
import { RandomValues } from "@octavo/testing";
import { describe, expect, it } from "vitest";

import { registrations } from "../src/index.ts";

const opened = await registrations[0].open();

describe.skipIf(!("provider" in opened))("results do not depend on the number of threads", () => {
  const provider = (opened as { provider: KernelProvider }).provider;
  const [rows, channels] = [20_011, 24];
  const random = new RandomValues(1);
  const x = random.floats(rows * channels);
  const other = random.floats(rows * channels);
  const vector = () => new Float32Array(channels);

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

  const dy = random.floats(64 * 64 * 40);

  const results: Record<string, () => ArrayLike<number>[]> = {
    reduce: () => {
      const y = new Float32Array(1);
      provider.kernels.reduce!(ReduceOp.sum, x, y, channelBlocks({ outer: 1, channels: x.length, inner: 1 }));
      return [y];
    },
    channelMoments: () => {
      const [mean, variance] = [vector(), vector()];
      provider.kernels.channelMoments!(x, mean, variance, rows, channels);
      return [mean, variance];
    },
    channelSums: () => {
      const [sum, product] = [vector(), vector()];
      provider.kernels.channelSums!(x, other, sum, product, rows, channels);
      return [sum, product];
    },
    convWeightGradient: () => {
      const dWeight = new Float32Array(40 * 9 * 24);
      provider.kernels.convWeightGradient!(x.subarray(0, 64 * 64 * 24), dy, dWeight, conv);
      return [dWeight];
    },
  };

  it.each(Object.keys(results))("%s", (name) => {
    const before = provider.threads;
    try {
      const [one, two, five] = [1, 2, 5].map((threads) => {
        provider.setThreads(threads);
        return results[name]();
      });
      expect(two).toEqual(one);
      expect(five).toEqual(one);
    } finally {
      provider.setThreads(before);
    }
  });
});

import { ArgumentError, channelBlocks } from "@octavo/spec";
import { describe, expect, it, vi } from "vitest";

import { nativeProvider } from "./native-provider.ts";
import type { NativeAddon, NativeKernel } from "./native-provider.ts";

const unused = (): never => {
  throw new Error("not a part of this test");
};

function providerOf(kernels: Record<string, NativeKernel>, misalignment = 16) {
  const isa = {
    name: "test-isa",
    description: "TEST",
    missing: () => null,
    kernels,
    peakFloat: (steps: number) => steps,
    peakInt8: (steps: number) => steps,
    peakInt7: (steps: number) => steps,
    recording: () => unused(),
  };
  const addon: NativeAddon = {
    isas: [isa],
    cores: 1,
    setThreads: (count) => Math.min(count, 8),
    misalignment: () => misalignment,
    pool: unused,
    endPool: unused,
    record: unused,
    recordParameter: unused,
    replay: unused,
    replayAsync: unused,
    refusedCall: unused,
  };
  return nativeProvider(addon, isa);
}

describe("nativeProvider", () => {
  it("passes shapes packed and results through", () => {
    const minMax = vi.fn<NativeKernel>(() => undefined);
    const blocks = channelBlocks({ outer: 1, channels: 1, inner: 2 });
    const [x, low, high] = [new Float32Array(2), new Float32Array(1), new Float32Array(1)];
    providerOf({ minMax }).kernels.minMax!(x, low, high, blocks);
    expect(minMax).toHaveBeenCalledWith(x, low, high, blocks.packed);
  });

  it("turns a refusal into an error that shows the arguments", () => {
    const { kernels } = providerOf({ accumulate: () => "x and y of equal lengths" });
    const call = () => kernels.accumulate!(new Float32Array(3), new Float32Array(2), 0.5);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(
      "accumulate (test-isa): expected x and y of equal lengths, got (Float32Array(3), Float32Array(2), 0.5).",
    );
  });

  it("says how many threads run", () => {
    const provider = providerOf({});
    expect(provider.description).toBe("TEST, 1 thread");
    provider.setThreads(4);
    expect([provider.threads, provider.description]).toEqual([4, "TEST, 4 threads"]);
  });

  it("gives aligned, zeroed memory and uses freed memory again", () => {
    const provider = providerOf({});
    const first = provider.allocate(1000);
    expect([(first.byteOffset + 16) % 64, first.byteLength]).toEqual([0, 1000]);
    new Uint8Array(first.buffer, first.byteOffset, 1000).fill(7);
    provider.free(first);
    const second = provider.allocate(990);
    expect(second.buffer).toBe(first.buffer);
    expect(new Uint8Array(second.buffer, second.byteOffset, 990).every((byte) => byte === 0)).toBe(true);
    expect(provider.allocate(990).buffer).not.toBe(first.buffer);
  });

  it("refuses to free twice", () => {
    const provider = providerOf({});
    const memory = provider.allocate(10);
    provider.free(memory);
    expect(() => provider.free(memory)).toThrow(
      "free: expected a memory from this provider's allocate, freed once",
    );
  });
});

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { channelBlocks, ReduceOp } from "@octavo/spec";
import type { KernelProvider } from "@octavo/spec";
import { runThreadLaws } from "@octavo/testing";
import { describe, expect, it, vi } from "vitest";

import { registrations } from "../src/index.ts";

const threaded = registrations.filter(({ name }) => name.endsWith("-threads"));

/** Starts as many threads and waits until they have come. */
async function gather(provider: KernelProvider, threads: number): Promise<void> {
  provider.setThreads(threads);
  const one = new Float32Array(1);
  provider.kernels.reduce!(ReduceOp.sum, one, one, channelBlocks({ outer: 1, channels: 1, inner: 1 }));
  await vi.waitFor(() => expect(provider.description).toMatch(new RegExp(`, ${threads} threads$`)), 10_000);
}

for (const { name, open } of threaded) {
  const opened = await open();
  if (!("provider" in opened)) {
    describe.skip(`${name} (unavailable: ${opened.unavailable})`, () => it("nothing runs", () => {}));
    continue;
  }
  const { provider } = opened;
  await gather(provider, 5);
  runThreadLaws(provider, { describe, it });

  describe(name, () => {
    it("says how many threads run", () => {
      provider.setThreads(1);
      expect(provider.threads).toBe(1);
      expect(provider.description).toMatch(/^WebAssembly [^,]+, 1 thread$/);
      provider.setThreads(5);
      expect(provider.threads).toBe(5);
    });

    it("says of recordings how many threads they get, not how many were asked for", () => {
      expect(provider.recorder!(3).threads).toBe(3);
      expect(provider.recorder!(1000).threads).toBe(64);
    });

    it("keeps what it has given while workers and callers make memory grow", () => {
      const early = provider.allocate(16);
      const floats = new Float32Array(early.buffer as ArrayBuffer, early.byteOffset, 4).fill(3);
      for (let i = 0; i < 5; i++) provider.allocate(2 ** 27);
      provider.kernels.accumulate!(floats, floats, 1);
      expect([...floats]).toEqual([6, 6, 6, 6]);
    });

    it("survives thousands of short calls", () => {
      const [x, y] = [new Float32Array(2 ** 17).fill(1), new Float32Array(2 ** 17)];
      for (let i = 0; i < 2000; i++) provider.kernels.accumulate!(x, y, 1);
      expect(y.every((value) => value === 2000)).toBe(true);
    });
  });
}

// The script is TypeScript, which Node runs by itself from 22.18 on.
it.skipIf(!process.features.typescript)("workers do not keep the process", () => {
  const script = fileURLToPath(new URL("./threads-process.ts", import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, ["--conditions=@octavo/source", script], {
    timeout: 20_000,
    encoding: "utf8",
  });
  expect([stdout.trim(), status]).toEqual(["4 threads", 0]);
});

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { allocatedBytes, frame, full, ones, pooledBytes } from "@octavo/tensor";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Finalizers run between tasks, some time after the collector. */
async function collectAll(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Bytes that tensors hold, or held when the collector last looked. */
const inUse = () => allocatedBytes() - pooledBytes();

describe("memory that nobody holds", () => {
  it("is given back after the collector ran", async () => {
    const before = inUse();
    (() => void ones([50_000]))();
    expect(inUse()).toBeGreaterThanOrEqual(before + 200_000);
    await collectAll();
    expect(inUse()).toBeLessThanOrEqual(before);
  });

  it("stays while somebody holds its elements", async () => {
    const { data } = ones([60_000]);
    await collectAll();
    full([60_000], 2);
    expect(data.every((value) => value === 1)).toBe(true);
  });

  it("is collected in a loop that never waits, with its tape", () => {
    const x = ones([1_000_000]).requiresGrad_();
    let most = 0;
    // 8 MB a step that backward would need, 800 MB if the loop held them.
    for (let i = 0; i < 100; i++) {
      frame(() => x.square().square());
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    expect(most).toBeLessThan(4e8);
  });
});

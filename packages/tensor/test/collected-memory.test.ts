import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { full, ones, pooledBytes } from "@octavo/tensor";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Finalizers run between tasks, some time after the collector. */
async function collectAll(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((done) => setTimeout(done, 5));
  }
}

it("returns the memory of forgotten tensors to the pool", async () => {
  const before = pooledBytes();
  (() => void ones([50_000]))();
  await collectAll();
  expect(pooledBytes()).toBeGreaterThanOrEqual(before + 200_000);
});

it("but not while somebody holds their elements", async () => {
  const { data } = ones([60_000]);
  await collectAll();
  full([60_000], 2);
  expect(data.every((value) => value === 1)).toBe(true);
});

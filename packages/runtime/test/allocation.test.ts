import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { obstacleToProcess } from "./obstacle.ts";

const providers = await Promise.all(
  ["wasm", "native"].map(async (use) => ({ use, reason: await obstacleToProcess(use) })),
);

/** Less than the smallest object, in each run; what remains is the measurement itself. */
const bytesPerRun = 8;

describe.each(providers)("$use kernels", ({ use, reason }) => {
  test.skipIf(reason !== null)(
    `a run that writes into earlier results allocates nothing ${reason ?? ""}`,
    () => {
      const script = join(import.meta.dirname, "allocation-process.ts");
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ["--expose-gc", "--conditions=@octavo/source", script, use],
        { encoding: "utf8" },
      );
      expect(stderr).toBe("");
      const { objects, buffers } = JSON.parse(stdout) as { objects: number; buffers: number };
      expect(objects).toBeLessThan(bytesPerRun);
      expect(buffers).toBeLessThan(1);
    },
  );
});

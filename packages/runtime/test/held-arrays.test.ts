import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { obstacleToProcess } from "./obstacle.ts";

const providers = await Promise.all(
  ["reference", "wasm", "native"].map(async (use) => ({ use, reason: await obstacleToProcess(use) })),
);

describe.each(providers)("$use kernels", ({ use, reason }) => {
  test.skipIf(reason !== null)(`a session holds no array of its caller's after a run ${reason ?? ""}`, () => {
    const script = join(import.meta.dirname, "held-arrays-process.ts");
    const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@octavo/source", script, use], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual([]);
  });
});

import { loadKernels } from "@octavo/backend";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

/** Why these kernels cannot run here, or null. */
async function obstacle(use: string): Promise<string | null> {
  if (!process.features.typescript) return "Node runs no TypeScript";
  return loadKernels({ use }).then(
    () => null,
    (error: Error) => error.message.split("\n")[0],
  );
}
const providers = await Promise.all(
  ["wasm", "native"].map(async (use) => ({ use, reason: await obstacle(use) })),
);

/** What `allocation-process.ts` prints. */
interface Measured {
  readonly objects: number;
  readonly buffers: number;
  readonly held: readonly string[];
}

/** Less than the smallest object, in each run; what remains is the measurement itself. */
const bytesPerRun = 8;

describe.each(providers)("$use kernels", ({ use, reason }) => {
  test.skipIf(reason !== null)(
    `a run that writes into earlier results allocates nothing, and no array of the caller's is kept ${reason ?? ""}`,
    () => {
      const script = join(import.meta.dirname, "allocation-process.ts");
      const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@octavo/source", script, use], {
        encoding: "utf8",
      });
      expect(stderr).toBe("");
      const { objects, buffers, held } = JSON.parse(stdout) as Measured;
      expect(objects).toBeLessThan(bytesPerRun);
      expect(buffers).toBeLessThan(1);
      expect(held).toEqual([]);
    },
  );
});

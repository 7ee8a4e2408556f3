import { loadKernels } from "@octavo/backend";
import { afterAll, describe, expect, test } from "vitest";

import { fuzz } from "./fuzz-program.ts";
import type { Outcome } from "./fuzz-program.ts";

const providers = await Promise.all(
  ["wasm", "native"].map(async (use) => {
    const reason = await loadKernels({ use }).then(
      () => null,
      (error: Error) => error.message.split("\n")[0],
    );
    return { use, reason };
  }),
);

// tools/fuzz-programs.ts does the same a hundred thousand times.
describe.each(providers)("damaged program files on $use kernels", ({ use, reason }) => {
  afterAll(() => loadKernels({ use: "reference" }));
  test.skipIf(reason !== null)(`are an error or run rightly ${reason ?? ""}`, async () => {
    const counts: Record<Outcome, number> = { refused: 0, "too large to run": 0, right: 0 };
    for (let seed = 0; seed < 600; seed++) {
      const outcome = await fuzz(seed, use).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
      });
      counts[outcome]++;
    }
    expect(counts.refused).toBeGreaterThan(300);
    expect(counts.right).toBeGreaterThan(20);
  });
});

import { loadKernels } from "@octavo/backend";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Session } from "../src/index.ts";
import { imageNetwork } from "./image-network.ts";
import { floats, randomProgram } from "./random-program.ts";
import { obstacle } from "./obstacle.ts";

const providers = await Promise.all(
  ["wasm", "native"].map(async (use) => ({ use, reason: await obstacle(use) })),
);

describe.each(providers)("$use kernels give the bits of the reference", ({ use, reason }) => {
  test.skipIf(reason !== null)(`random programs ${reason ?? ""}`, async () => {
    const property = fc.asyncProperty(
      randomProgram,
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      async (program, batch, seed) => {
        // Sigmoid's bits are compared in the kernels' own laws; here integers count.
        const integers = {
          ...program,
          outputs: program.outputs.filter((value) => program.values[value].dtype !== "float32"),
        };
        const image = { data: floats(seed, batch * 40), shape: [batch, 2, 5, 4] };
        await loadKernels({ use: "reference" });
        using reference = new Session(integers);
        await loadKernels({ use });
        using fast = new Session(integers);
        expect(fast.run({ image })).toEqual(reference.run({ image }));
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  test.skipIf(reason !== null)(`an image network ${reason ?? ""}`, async () => {
    const { program } = imageNetwork();
    const image = { data: floats(7, 4 * 784), shape: [4, 1, 28, 28] };
    await loadKernels({ use: "reference" });
    using reference = new Session(program);
    await loadKernels({ use });
    using fast = new Session(program);
    expect(reference.explain()).toMatch(/quantizedConv direct on reference/);
    expect(fast.explain()).not.toMatch(/quantizedConv direct on reference/);
    const expected = reference.run(image).data as Float32Array;
    expect(new Set(expected).size).toBeGreaterThan(5);
    expect(fast.run(image).data).toEqual(expected);
  });
});

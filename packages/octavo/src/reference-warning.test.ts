import { explain, loadKernels } from "@octavo/backend";
import { afterAll, expect, it } from "vitest";
import { referenceWarning } from "./reference-warning.ts";

afterAll(() => loadKernels());

it("warns of reference kernels that nobody chose", async () => {
  await loadKernels({ use: "reference" });
  const { choice, kernels } = explain();
  expect(referenceWarning({ choice: "priority", kernels })).toMatch(
    /TypeScript, many times slower.*npm run setup/,
  );
  expect(referenceWarning({ choice, kernels })).toBeNull();
});

it("says nothing of compiled kernels", async () => {
  await loadKernels({ use: "wasm" });
  expect(referenceWarning({ choice: "priority", kernels: explain().kernels })).toBeNull();
});

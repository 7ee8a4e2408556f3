import { loadKernels, resolve } from "@octavo/backend";
import { KernelError } from "@octavo/spec";
import { goldens } from "@octavo/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { Generator, randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { argumentsOf, calls, ofModules } from "./float-ops-calls.ts";

/** Why a kind of kernels cannot run here, or null. */
async function reasonAgainst(use: string): Promise<string | null> {
  try {
    await loadKernels({ use });
    return null;
  } catch (error) {
    if (error instanceof KernelError) return error.message.split("\n")[0];
    throw error;
  }
}

const floatOps = goldens("float-ops");
const cases = floatOps.cases.filter(
  ({ name }) => name.split("/")[0] in calls && !name.startsWith("dropout/") && !ofModules.test(name),
);

/** Results and gradients of every operation that the goldens call. */
function results(): Map<string, Float32Array[]> {
  const found = new Map<string, Float32Array[]>();
  for (const row of cases) {
    const inputs: Record<string, Tensor> = {};
    for (const role of Object.keys(row.inputs).filter((name) => !/^dy\d*$/.test(name))) {
      const { data, shape, dtype } = row.input(role);
      inputs[role] = tensor(data as Float32Array, shape, { dtype, requiresGrad: dtype === "float32" });
    }
    const [y] = [calls[row.name.split("/")[0]](inputs, argumentsOf(row.args))].flat() as Tensor[];
    if (y.requiresGrad) y.backward(randn(y.shape, { generator: new Generator(5) }));
    const gradients = Object.values(inputs).flatMap(({ grad }) => (grad ? [grad] : []));
    found.set(
      row.name,
      [y, ...gradients].map((x) => Float32Array.from(x.toArray() as Float32Array)),
    );
  }
  return found;
}

for (const use of ["native", "wasm"]) {
  const reason = await reasonAgainst(use);
  describe.skipIf(reason !== null || floatOps.absent)(`${use} kernels${reason ? ` (${reason})` : ""}`, () => {
    beforeAll(() => loadKernels({ use }));

    it("run every operation with the reference's results", async () => {
      expect(resolve("conv").name).not.toBe("reference");
      const actual = results();
      await loadKernels({ use: "reference" });
      for (const [name, expected] of results()) {
        expected.forEach((values, i) => {
          const largest = values.reduce(
            (most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most),
            1,
          );
          values.forEach((value, j) => {
            const other = actual.get(name)![i][j];
            if (Object.is(value, other)) return;
            expect(
              Math.abs(other - value) / largest,
              `${name} ${i}[${j}]: ${other} for ${value}`,
            ).toBeLessThan(2e-6);
          });
        });
      }
    });
  });
}

import { registrations as arm } from "@octavo/kernels-arm";
import { registrations as wasm } from "@octavo/kernels-wasm";
import { registrations as x86 } from "@octavo/kernels-x86";
import { describe, expect, it } from "vitest";
import { reference } from "../src/reference.ts";
import { Registry } from "../src/registry.ts";
import { host } from "../src/internal/host.ts";
import { kernelPackages } from "../src/internal/kernel-packages.ts";

describe("the kernel packages of this workspace", () => {
  it.each([...arm, ...x86, ...wasm])(
    "$name has a name, a kind and a priority above the reference's",
    (registration) => {
      expect(registration.kind).toMatch(/^(native|wasm)$/);
      expect(registration.priority).toBeGreaterThan(0);
    },
  );

  it("all load, or say why not", async () => {
    const registry = new Registry(async () => reference, kernelPackages, { ...host, variable: () => null });
    // With the reference none is good enough, so that all are asked.
    await registry.loadKernels({ use: "reference" });
    const { provider, passedOver } = registry.explain("unary");
    const seen = [provider, ...passedOver.map(({ provider }) => provider)];
    const fitting = kernelPackages.filter((one) => one.fits(host)).map(({ name }) => name);
    const names = { "@octavo/kernels-arm": arm, "@octavo/kernels-wasm": wasm, "@octavo/kernels-x86": x86 };
    for (const name of fitting)
      for (const one of names[name as keyof typeof names]) expect(seen).toContain(one.name);
  });
});

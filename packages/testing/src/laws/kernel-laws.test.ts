import { reference } from "@octavo/backend";
import { describe, expect, it } from "vitest";
import { kernelLaws } from "./kernel-laws.ts";
import { runKernelLaws } from "./run-kernel-laws.ts";

runKernelLaws(reference, { describe, it });

describe("kernel laws", () => {
  it("cover every kernel", () => {
    const covered = new Set(kernelLaws.flatMap(({ kernels }) => kernels));
    expect(Object.keys(reference.kernels).filter((name) => !covered.has(name as never))).toEqual([]);
  });
});

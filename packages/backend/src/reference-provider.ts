import type { KernelProvider, Kernels } from "@octavo/spec";
import { referenceKernels } from "./reference/kernels.ts";

/**
 * Plain TypeScript, on every machine: what runs when nothing faster does, and the oracle that the others are held
 * against. Float sums are accumulated in float64 and rounded once.
 */
export const reference: KernelProvider & { readonly kernels: Kernels } = {
  specVersion: 1,
  name: "reference",
  description: "plain TypeScript, 1 thread",
  kernels: referenceKernels,
  threads: 1,
  setThreads: () => {},
  allocate: (byteLength) => ({
    buffer: new ArrayBuffer(byteLength),
    byteOffset: 0,
    byteLength,
    collectable: true,
  }),
  free: () => {},
};

import type { KernelName } from "../../packages/spec/src/index.ts";

/** A machine, real or imitated by qemu, and the kernels that must run on it. */
export interface Machine {
  readonly name: string;
  /** Its value of `process.arch`. */
  readonly architecture: string;
  /** What goes before Node on the command line. */
  readonly emulator: readonly string[];
  /** The provider that the registry must choose there. */
  readonly provider: string;
  /** A better one that must have been passed over, and a part of the reason. */
  readonly passedOver?: { readonly provider: string; readonly reason: string };
  /** The kernels whose laws run there; all, unless another of these machines has the rest. */
  readonly kernels?: readonly KernelName[];
}

/** Networks with activations of eight bits and of seven, by the names of their qconfigs: each has a folder. */
export const networks = ["octavo", "fbgemm"] as const;

/** What the instruction sets that only multiply bytes better do not share with the others: see kernel-list-dots.h. */
const dots: readonly KernelName[] = ["quantizedConv", "dynamicConv"];

const arm = (cpu: string): string[] => ["qemu-aarch64-static", "-cpu", cpu, "-L", "/usr/aarch64-linux-gnu"];

/** qemu warns of each of these that it cannot imitate; no kernel asks for them. */
const withoutWarnings = ["pcid", "x2apic", "tsc-deadline", "invpcid"].map((feature) => `${feature}=off`);

/** A new instruction set adds a processor that has it, and one that just lacks it. */
export const machines: readonly Machine[] = [
  {
    name: "arm64 with NEON only (Cortex-A72)",
    architecture: "arm64",
    emulator: arm("cortex-a72"),
    provider: "arm64-neon",
    passedOver: { provider: "arm64-dotprod", reason: "this processor has no dot product" },
  },
  {
    name: "arm64 with dot product (Neoverse N1)",
    architecture: "arm64",
    emulator: arm("neoverse-n1"),
    provider: "arm64-dotprod",
    passedOver: { provider: "arm64-i8mm", reason: "this processor has no int8 matrix multiplication" },
    kernels: dots,
  },
  {
    name: "arm64 with int8 matrix multiplication",
    architecture: "arm64",
    emulator: arm("max,sve=off,pauth-impdef=on"),
    provider: "arm64-i8mm",
    kernels: dots,
  },
  {
    name: "x64 with AVX2 only (Haswell)",
    architecture: "x64",
    emulator: ["qemu-x86_64-static", "-cpu", ["Haswell-noTSX", ...withoutWarnings].join(",")],
    provider: "x64-avx2",
    passedOver: { provider: "x64-avx512", reason: "this processor has no AVX-512F" },
  },
  {
    name: "x64 without AVX2 (Nehalem)",
    architecture: "x64",
    emulator: ["qemu-x86_64-static", "-cpu", "Nehalem"],
    provider: "wasm-simd128-threads",
    passedOver: { provider: "x64-avx2", reason: "this processor has no AVX2" },
  },
];

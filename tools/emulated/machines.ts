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
}

/** qemu warns of each of these that it cannot imitate; no kernel asks for them. */
const withoutWarnings = ["pcid", "x2apic", "tsc-deadline", "invpcid"].map((feature) => `${feature}=off`);

/** A new instruction set adds a processor that has it, and one that just lacks it. */
export const machines: readonly Machine[] = [
  {
    name: "arm64 with NEON only (Cortex-A72)",
    architecture: "arm64",
    emulator: ["qemu-aarch64-static", "-cpu", "cortex-a72", "-L", "/usr/aarch64-linux-gnu"],
    provider: "arm64-neon",
  },
  {
    name: "x64 with AVX2 only (Haswell)",
    architecture: "x64",
    emulator: ["qemu-x86_64-static", "-cpu", ["Haswell-noTSX", ...withoutWarnings].join(",")],
    provider: "x64-avx2",
  },
  {
    name: "x64 without AVX2 (Nehalem)",
    architecture: "x64",
    emulator: ["qemu-x86_64-static", "-cpu", "Nehalem"],
    provider: "wasm-simd128-threads",
    passedOver: { provider: "x64-avx2", reason: "this processor has no AVX2" },
  },
];

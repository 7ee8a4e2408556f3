import { nativeRegistrations } from "@octavo/kernels-common";
import type { ProviderRegistration } from "@octavo/spec";

/** Instruction sets of this package, best first; AMX, which nothing was measured on yet, behind what every processor with it has. */
export const registrations: readonly ProviderRegistration[] = nativeRegistrations({
  names: ["x64-avx512vnni", "x64-amx", "x64-avxvnni", "x64-avx512", "x64-avx2"],
  addon: new URL("../build/octavo-x64.node", import.meta.url),
  architecture: "x64",
});

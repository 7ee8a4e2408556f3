import { nativeRegistrations } from "@octavo/kernels-common";
import type { ProviderRegistration } from "@octavo/spec";

/** Instruction sets of this package, best first. */
export const registrations: readonly ProviderRegistration[] = nativeRegistrations({
  names: ["arm64-i8mm", "arm64-dotprod", "arm64-neon"],
  addon: new URL("../build/octavo-arm64.node", import.meta.url),
  architecture: "arm64",
});

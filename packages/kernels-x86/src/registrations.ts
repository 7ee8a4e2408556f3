import { openNative } from "@octavo/kernels-common";
import type { ProviderRegistration } from "@octavo/spec";

const addon = new URL("../build/octavo-x64.node", import.meta.url);

/** As in `cpp/isas.cpp`. */
const names = ["x64-avx512vnni", "x64-avxvnni", "x64-avx512", "x64-avx2"];

/** Instruction sets of this package, best first. */
export const registrations: readonly ProviderRegistration[] = names.map((name, i) => ({
  name,
  kind: "native",
  priority: 200 + names.length - i,
  open: () => openNative({ name, addon, architecture: "x64" }),
}));

import { openNative } from "@octavo/kernels-common";
import type { ProviderRegistration } from "@octavo/spec";

const addon = new URL("../build/octavo-arm64.node", import.meta.url);

/** As in `cpp/isas.cpp`. */
const names = ["arm64-i8mm", "arm64-dotprod", "arm64-neon"];

/** Instruction sets of this package, best first. */
export const registrations: readonly ProviderRegistration[] = names.map((name, i) => ({
  name,
  kind: "native",
  priority: 200 + names.length - i,
  open: () => openNative({ name, addon, architecture: "arm64" }),
}));

import { openNative } from "@octavo/kernels-common";
import type { ProviderRegistration } from "@octavo/spec";

const addon = new URL("../build/octavo-arm64.node", import.meta.url);

/** Instruction sets of this package, best first. */
export const registrations: readonly ProviderRegistration[] = [
  {
    name: "arm64-neon",
    kind: "native",
    priority: 200,
    open: () => openNative({ name: "arm64-neon", addon, architecture: "arm64" }),
  },
];

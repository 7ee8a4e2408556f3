import { openNative } from "@octavo/kernels-common";
import type { ProviderRegistration } from "@octavo/spec";

const addon = new URL("../build/octavo-x64.node", import.meta.url);

/** Instruction sets of this package, best first. */
export const registrations: readonly ProviderRegistration[] = [
  {
    name: "x64-avx2",
    kind: "native",
    priority: 200,
    open: () => openNative({ name: "x64-avx2", addon, architecture: "x64" }),
  },
];

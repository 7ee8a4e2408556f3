import type { ProviderRegistration } from "@octavo/spec";

import { openNative } from "./open-native.ts";

export interface NativeSets {
  /** Providers' names of the addon's instruction sets, best first: as in the package's `cpp/isas.cpp`. */
  readonly names: readonly string[];
  /** The `.node` file that the package's `build:kernels` script makes. */
  readonly addon: URL;
  /** Value of `process.arch` that the addon is for. */
  readonly architecture: string;
}

/** What a package of native kernels tells the registry: its instruction sets, best first. */
export function nativeRegistrations({ names, addon, architecture }: NativeSets): ProviderRegistration[] {
  return names.map((name, i) => ({
    name,
    kind: "native",
    priority: 200 + names.length - i,
    open: () => openNative({ name, addon, architecture }),
  }));
}

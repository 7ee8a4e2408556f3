import { signatures } from "@octavo/spec";
import type { Opened } from "@octavo/spec";

import { buildHint, loadAddon } from "./internal/load-addon.ts";
import { nativeProvider } from "./native-provider.ts";
import type { NativeAddon } from "./native-provider.ts";

export interface NativeSource {
  /** Name of the instruction set inside the addon, which is the provider's. */
  readonly name: string;
  /** The `.node` file that the package's `build:kernels` script makes. */
  readonly addon: URL;
  /** Value of `process.arch` that the addon is for. */
  readonly architecture: string;
}

/**
 * Loads a native addon and opens one of its instruction sets; says why if that is not possible here. What was built in a
 * checkout goes before the package of the platform.
 */
export function openNative({ name, addon, architecture }: NativeSource): Opened {
  // By getBuiltinModule, so that bundlers for browsers find no import of node:module here.
  if (!globalThis.process?.getBuiltinModule) return { unavailable: "native addons need Node" };
  if (process.arch !== architecture) {
    return { unavailable: `built for ${architecture}, this is ${process.arch}` };
  }
  const loaded = loadAddon(addon);
  return "unavailable" in loaded ? loaded : pickIsa(loaded, name);
}

/** An instruction set of an addon as a provider, or why it is none here. */
export function pickIsa(addon: NativeAddon, name: string): Opened {
  const isa = addon.isas.find((one) => one.name === name);
  if (!isa) return { unavailable: `the addon has no ${name}: it is older than the package`, hint: buildHint };
  if (typeof isa.missing !== "function") {
    return { unavailable: "the addon is of another version than the package", hint: buildHint };
  }
  const missing = isa.missing();
  if (missing !== null) return { unavailable: `this processor has no ${missing}` };
  const strange = Object.keys(isa.kernels).find((kernel) => !Object.hasOwn(signatures, kernel));
  if (strange !== undefined) {
    return {
      unavailable: `the addon has a kernel ${strange}: it is of another version than the package`,
      hint: buildHint,
    };
  }
  return { provider: nativeProvider(addon, isa) };
}

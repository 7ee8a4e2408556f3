import { signatures } from "@octavo/spec";
import type { Opened } from "@octavo/spec";

import { addonPlaces, platformPackages } from "./internal/addon-files.ts";
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

const build = "in a checkout with a C++ compiler, npx turbo run build:kernels makes it";

/**
 * Loads a native addon and opens one of its instruction sets; says why if that is not possible here. What was built in a
 * checkout goes before the package of the platform.
 */
export function openNative({ name, addon, architecture }: NativeSource): Opened {
  // By getBuiltinModule, so that bundlers for browsers find no import of node:module here.
  const builtin = globalThis.process?.getBuiltinModule;
  if (!builtin) return { unavailable: "native addons need Node" };
  if (process.arch !== architecture) {
    return { unavailable: `built for ${architecture}, this is ${process.arch}` };
  }
  const places = addonPlaces(addon);
  const require = builtin("node:module").createRequire(addon);
  const failures: string[] = [];
  for (const place of places) {
    const file = place.find();
    if (file === null) continue;
    try {
      return pick(require(file) as NativeAddon, name);
    } catch (error) {
      failures.push(`${file} does not load: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failures.length === 0) {
    return {
      unavailable: `there is no addon: neither ${places.map((place) => place.name).join(" nor ")}`,
      hint: `npm install ${platformPackages()[0]} brings one, or ${build}`,
    };
  }
  return {
    unavailable: failures.join("; "),
    hint: `it may be built for another system: delete it; ${build}`,
  };
}

function pick(addon: NativeAddon, name: string): Opened {
  const isa = addon.isas.find((one) => one.name === name);
  if (!isa) return { unavailable: `the addon has no ${name}: it is older than the package`, hint: build };
  const strange = Object.keys(isa.kernels).find((kernel) => !Object.hasOwn(signatures, kernel));
  if (strange !== undefined) {
    return {
      unavailable: `the addon has a kernel ${strange}: it is of another version than the package`,
      hint: build,
    };
  }
  if (isa.missing) return { unavailable: `this processor has no ${isa.missing}` };
  return { provider: nativeProvider(addon, isa) };
}

import type { Opened } from "@octavo/spec";

import { nativeProvider } from "./native-provider.ts";
import type { NativeAddon } from "./native-provider.ts";

export interface NativeSource {
  /** Name of the instruction set inside the addon, which is the provider's. */
  readonly name: string;
  /** The `.node` file. */
  readonly addon: URL;
  /** Value of `process.arch` that the addon is for. */
  readonly architecture: string;
  /** Package whose `build:kernels` script makes the addon. */
  readonly package: string;
}

/** Loads a native addon and opens one of its instruction sets; says why if that is not possible here. */
export function openNative(source: NativeSource): Opened {
  // By getBuiltinModule, so that bundlers for browsers find no import of node:module here.
  const builtin = globalThis.process?.getBuiltinModule;
  if (!builtin) return { unavailable: "native addons need Node" };
  if (process.arch !== source.architecture) {
    return { unavailable: `built for ${source.architecture}, this is ${process.arch}` };
  }
  const path = builtin("node:url").fileURLToPath(source.addon);
  const build = `pnpm --filter ${source.package} run build:kernels`;
  if (!builtin("node:fs").existsSync(path)) {
    return { unavailable: `${path} is not there`, hint: `In a checkout with a C++ compiler: ${build}` };
  }
  try {
    return pick(builtin("node:module").createRequire(import.meta.url)(path) as NativeAddon, source, build);
  } catch (error) {
    return {
      unavailable: `${path} does not load: ${error instanceof Error ? error.message : String(error)}`,
      hint: `It may be built for another system. Delete it, then: ${build}`,
    };
  }
}

function pick(addon: NativeAddon, source: NativeSource, build: string): Opened {
  const isa = addon.isas.find(({ name }) => name === source.name);
  if (!isa)
    return { unavailable: `the addon has no ${source.name}: it is older than the package`, hint: build };
  if (isa.missing) return { unavailable: `this processor has no ${isa.missing}` };
  return { provider: nativeProvider(addon, isa) };
}

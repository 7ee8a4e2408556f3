import type { Opened } from "@octavo/spec";

import type { NativeAddon } from "../native-provider.ts";
import { addonPlaces, platformPackages } from "./addon-files.ts";

type Unavailable = Extract<Opened, { unavailable: string }>;

export const buildHint = "in a checkout with a C++ compiler, npm run setup makes it";

/** By the address of what would be built: the instruction sets of a package are opened one after the other. */
const addons = new Map<string, NativeAddon>();

/** Loads an addon; says why if that is not possible. */
export function loadAddon(local: URL): NativeAddon | Unavailable {
  const known = addons.get(local.href);
  if (known) return known;
  const places = addonPlaces(local);
  const failures: string[] = [];
  for (const place of places) {
    const file = place.find();
    if (file === null) continue;
    try {
      const addon = load(file);
      addons.set(local.href, addon);
      return addon;
    } catch (error) {
      failures.push(`${file} does not load: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failures.length === 0) {
    return {
      unavailable: `there is no addon: neither ${places.map((place) => place.name).join(" nor ")}`,
      hint: `npm install ${platformPackages()[0]} brings one, or ${buildHint}`,
    };
  }
  return {
    unavailable: failures.join("; "),
    hint: `it may be built for another system: delete it; ${buildHint}`,
  };
}

/** As `require` of it, without the search for it, which is most of the time that takes. */
function load(file: string): NativeAddon {
  const module = { exports: {} };
  process.dlopen(module, process.getBuiltinModule("node:path").toNamespacedPath(file));
  const addon = module.exports as Partial<NativeAddon>;
  if (!Array.isArray(addon.isas)) throw new Error("it has no instruction sets");
  return addon as NativeAddon;
}

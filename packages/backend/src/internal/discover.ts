import type { ProviderRegistration } from "@octavo/spec";
import type { PassedOver } from "../explanation.ts";
import { firstLine } from "./first-line.ts";
import type { Host } from "./host.ts";
import type { KernelPackage } from "./kernel-packages.ts";

/** What could be opened, and which packages could not even be asked. */
export interface Discovery {
  readonly registrations: readonly ProviderRegistration[];
  readonly passedOver: readonly PassedOver[];
}

/** Imports the packages that fit this host; nothing in them is opened. */
export async function discover(packages: readonly KernelPackage[], host: Host): Promise<Discovery> {
  const registrations: ProviderRegistration[] = [];
  const passedOver: PassedOver[] = [];
  for (const one of packages) {
    const found = one.fits(host) ? await registrationsOf(one) : `needs ${one.needs}`;
    if (typeof found === "string") passedOver.push({ provider: one.name, reason: found });
    else registrations.push(...found);
  }
  return { registrations, passedOver };
}

async function registrationsOf({
  name,
  load,
}: KernelPackage): Promise<readonly ProviderRegistration[] | string> {
  const module = await load();
  if (!("importError" in module)) return module.registrations ?? "exports no registrations";
  const text = firstLine(module.importError);
  const absent =
    (module.importError as { code?: string } | null)?.code === "ERR_MODULE_NOT_FOUND" &&
    text.includes(`'${name}'`);
  return absent ? `not installed; npm install ${name}` : `cannot be imported: ${text}`;
}

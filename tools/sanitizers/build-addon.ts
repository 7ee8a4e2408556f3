import { join } from "node:path";
import { run } from "../bootstrap/process.mjs";
import { report } from "../emulated/report.ts";

/** Builds the addon with these sanitizers of g++; its path, or null, and says so, if the compiler fails. */
export async function buildAddon(sanitizers: string): Promise<string | null> {
  const folder = import.meta.dirname;
  const addon = join(folder, "build", `${sanitizers}.node`);
  if ((await run([process.execPath, join(folder, "build.mjs"), sanitizers, addon])) === 0) return addon;
  report(`the kernels, compiled with sanitizers (${sanitizers})`, "the compiler failed, see above");
  return null;
}

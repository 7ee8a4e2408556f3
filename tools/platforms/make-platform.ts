import { rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildAddon } from "./build-addon.mjs";
import type { CrossCompiler } from "./cross-compiler.ts";
import { addonProblems } from "./inspect-addon.ts";
import { nodeImportLibrary } from "./node-import-library.ts";
import type { Target } from "./targets.ts";

const root = dirname(dirname(import.meta.dirname));
/** Where zig is installed. */
export const compilerFolder: string = join(root, "out", "cross-compiler");

/** Builds the addon of a package in packages/platforms and prints what its file says of itself; false if that is wrong. */
export async function makePlatform(
  target: Target,
  compiler: CrossCompiler,
): Promise<{ readonly addon: string; readonly isRight: boolean }> {
  const addon = join(root, "packages", "platforms", target.name, "octavo.node");
  // A file that could not be built anew must not be published.
  rmSync(addon, { force: true });
  const libraries = target.system === "win32" ? [nodeImportLibrary(compiler, target, compilerFolder)] : [];
  await buildAddon(target, compiler.zig, addon, libraries);
  const problems = addonProblems(compiler, addon, target);
  const size = `${(statSync(addon).size / 1024).toFixed(0)} KB`;
  console.log(`${problems.length > 0 ? "FAILED" : "ok    "}  ${target.name} (${size})`);
  for (const problem of problems) console.log(`        ${problem}`);
  return { addon, isRight: problems.length === 0 };
}

// The packages with prebuilt kernels (packages/platforms): builds each with zig, and checks what the file says of itself.
//   node tools/bootstrap.mjs run tools/make-platforms.ts [linux-x64-gnu …]
import { rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildAddon } from "./platforms/build-addon.mjs";
import { crossCompiler } from "./platforms/cross-compiler.ts";
import { addonProblems } from "./platforms/inspect-addon.ts";
import { nodeImportLibrary } from "./platforms/node-import-library.ts";
import { targets } from "./platforms/targets.ts";

const root = dirname(import.meta.dirname);
const folder = join(root, "out", "cross-compiler");

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !targets.some((target) => target.name === name));
if (unknown.length > 0) {
  console.error(
    `no such platform: ${unknown.join(", ")}; known: ${targets.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}
const compiler = await crossCompiler(folder);
if (!compiler) {
  console.error("no zig: it comes from PyPI by `python3 -m pip`, which is not here or found nothing");
  process.exit(1);
}
for (const target of targets.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const output = join(root, "packages", "platforms", target.name, "octavo.node");
  // A file that could not be built anew must not be published.
  rmSync(output, { force: true });
  const libraries = target.system === "win32" ? [nodeImportLibrary(compiler, target, folder)] : [];
  await buildAddon(target, compiler.zig, output, libraries);
  const problems = addonProblems(compiler, output, target);
  const size = `${(statSync(output).size / 1024).toFixed(0)} KB`;
  console.log(`${problems.length > 0 ? "FAILED" : "ok    "}  ${target.name} (${size})`);
  for (const problem of problems) console.log(`        ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

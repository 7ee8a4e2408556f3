// Imports = manifests = the arrows of ARCHITECTURE.md.
//   node tools/check-arrows.ts            fails on any difference
//   node tools/check-arrows.ts --write    redraws the table from the manifests
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { declaredArrows, drawnArrows, withArrows } from "./arrows/drawn.ts";
import { arrowProblems } from "./arrows/rules.ts";
import { readWorkspace } from "./arrows/workspace.ts";

const root = dirname(import.meta.dirname);
const architecture = join(root, "ARCHITECTURE.md");
const workspace = readWorkspace(root);

const markdown = existsSync(architecture) ? readFileSync(architecture, "utf8") : "";
if (process.argv.includes("--write")) {
  writeFileSync(architecture, withArrows(markdown, declaredArrows(workspace)));
} else {
  const stubs = workspace.packages.filter(({ isStub }) => isStub).map(({ short }) => short);
  if (stubs.length > 0)
    console.log(`nothing written yet, so unused dependencies are allowed: ${stubs.join(", ")}`);
  const problems = arrowProblems(workspace, drawnArrows(markdown));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0)
    console.error(`${problems.length} differences between imports, manifests and arrows`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

// Writes into each README how large its package is. After a build: node tools/bootstrap.mjs run tools/sizes.ts
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readWorkspace } from "./arrows/workspace.ts";
import { isPublic } from "./packages/pack.ts";
import { sizeProblems, withSize } from "./packages/size.ts";

for (const package_ of readWorkspace(dirname(import.meta.dirname)).packages.filter(isPublic)) {
  const { short, folder } = package_;
  if (!existsSync(join(folder, "dist"))) console.log(`${short}: skipped, it is not built`);
  else if (sizeProblems(package_).length > 0) {
    writeFileSync(join(folder, "README.md"), withSize(package_));
    console.log(`${short}: written`);
  }
}

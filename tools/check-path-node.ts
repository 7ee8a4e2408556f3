// The packages' tests once more, with the Node of the PATH instead of the workspace's: users run old ones too.
//   node tools/bootstrap.mjs run tools/check-path-node.ts
import { dirname } from "node:path";
import { run, withPath } from "./bootstrap/process.mjs";
import { toolScript } from "./bootstrap/workspace.mjs";

const root = dirname(import.meta.dirname);
const node = process.env.OCTAVO_PATH_NODE;

if (!node || node === process.execPath) {
  console.log("skipped: the Node of the PATH is the workspace's");
} else {
  console.log(`the packages' tests with ${node}`);
  // Only packages/: tools/ are programs for the workspace's Node, which runs TypeScript by itself.
  const command = [node, toolScript("vitest"), "run", "packages/"];
  process.exitCode = await run(command, { cwd: root, env: withPath([dirname(node)]) });
}

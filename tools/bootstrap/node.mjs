// The Node that runs the TypeScript sources: the workspace's own, else this one.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { capture } from "./process.mjs";
import { BootstrapError, say } from "./report.mjs";
import { root, rootManifest } from "./workspace.mjs";

const oldest = rootManifest.engines.node.replace(">=", "");

export function checkNodeVersion() {
  if (isAtLeast(process.versions.node, oldest)) return;
  throw new BootstrapError(
    `Octavo needs Node ${oldest} or newer; this is ${process.versions.node} (${process.execPath}).\n` +
      "Install a newer one from https://nodejs.org and run the same command again.",
  );
}

/**
 * @returns {{ path: string, version: string, runsTypeScript: boolean }} `runsTypeScript` is false where neither Node
 * strips types; then only built packages run.
 */
export function workspaceNode() {
  const path = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  const version = existsSync(path) ? capture([path, "--print", "process.versions.node"]) : null;
  if (version) return { path, version, runsTypeScript: true };
  // npm puts this folder first on the PATH of `npm start`: a Node there that does not run would hide the good one.
  rmSync(join(root, "node_modules", ".bin", "node"), { force: true });
  const runsTypeScript = isAtLeast(process.versions.node, "22.18.0") && process.features.typescript !== false;
  say(`the workspace's Node does not run on this machine; using Node ${process.versions.node}`);
  return { path: process.execPath, version: process.versions.node, runsTypeScript };
}

function isAtLeast(version, wanted) {
  const [a, b] = [version, wanted].map((text) => text.split(".").map(Number));
  const different = [0, 1, 2].find((i) => (a[i] ?? 0) !== (b[i] ?? 0));
  return different === undefined || (a[different] ?? 0) > (b[different] ?? 0);
}

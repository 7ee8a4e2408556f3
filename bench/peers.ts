import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where each peer is installed: by the benchmark, not with the workspace. */
const peers = {
  "onnxruntime-node": { version: "1.30.0", folder: ".peers" },
  "onnxruntime-web": { version: "1.30.0", folder: ".peers-web" },
  "@litertjs/core": { version: "2.5.3", folder: ".peers-litert" },
} as const;
export type Peer = keyof typeof peers;

export const peerFolder = (name: Peer): string => join(import.meta.dirname, peers[name].folder);
export const peerFolders: readonly string[] = (Object.keys(peers) as Peer[]).map(peerFolder);

/** Installs a peer unless it is there; returns its name and version, or why it cannot be had. */
export function installPeer(name: Peer): { readonly label: string } | { readonly missing: string } {
  const { version } = peers[name];
  const folder = peerFolder(name);
  if (installedVersion(name) !== version) {
    console.log(`installing ${name} ${version}`);
    mkdirSync(folder, { recursive: true });
    const manifest = { private: true, dependencies: { [name]: version } };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    // npm says where its script is to what it runs; without npm, its command must be on the PATH.
    const script = process.env.npm_execpath;
    const npm = script?.endsWith("npm-cli.js") ? [process.execPath, script] : ["npm"];
    const args = [
      ...npm.slice(1),
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ];
    const { status, error } = spawnSync(npm[0], args, { cwd: folder, stdio: "inherit" });
    if (status !== 0)
      return { missing: `npm could not install it: ${error?.message ?? `exit code ${status}`}` };
  }
  return { label: `${name} ${version}` };
}

function installedVersion(name: Peer): string | null {
  const manifest = join(peerFolder(name), "node_modules", name, "package.json");
  if (!existsSync(manifest)) return null;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

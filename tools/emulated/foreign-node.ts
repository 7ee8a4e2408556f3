import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A Node that this machine cannot run by itself. */
export interface ForeignNode {
  readonly path: string;
  remove(): void;
}

/** Linux's Node for another processor, of this Node's major version, from npm. */
export async function fetchNode(architecture: string): Promise<ForeignNode> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "octavo-node-")));
  const name = `node-linux-${architecture}`;
  const [major] = process.versions.node.split(".");
  // --force, since npm refuses packages for other processors.
  const flags = ["--force", "--no-save", "--no-audit", "--no-fund", "--prefix", folder];
  await promisify(execFile)("npm", ["install", ...flags, `${name}@${major}`], { cwd: folder });
  return {
    path: join(folder, "node_modules", name, "bin", "node"),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

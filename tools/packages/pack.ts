import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { toolScript } from "../bootstrap/workspace.mjs";
import type { Package, Workspace } from "../arrows/workspace.ts";
import { inParallel } from "./in-parallel.ts";

const execute = promisify(execFile);

/** A package as its users get it. */
export interface Packed {
  readonly package: Package;
  readonly tarball: string;
}

/** Where tarballs go. */
export const packedFolder = (root: string): string => join(root, "out", "packages");

/** Builds every package from nothing and packs those that are public and written. */
export async function packAll({ root, packages }: Workspace): Promise<Packed[]> {
  for (const { folder } of packages) rmSync(join(folder, "dist"), { recursive: true, force: true });
  await build(root);
  const folder = packedFolder(root);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return inParallel(packages.filter(isPublic), (package_) => packOne(package_, folder));
}

/** Packs a package as it lies there. */
export async function packOne(package_: Package, folder: string): Promise<Packed> {
  const name = package_.manifest.name.replace("@", "").replace("/", "-");
  await execute("pnpm", ["pack", "--pack-destination", folder], { cwd: package_.folder });
  const file = readdirSync(folder).find((entry) => entry.startsWith(`${name}-${package_.manifest.version}`));
  if (!file) throw new Error(`pnpm pack made no ${name}-${package_.manifest.version}.tgz`);
  return { package: package_, tarball: join(folder, file) };
}

async function build(root: string): Promise<void> {
  const command = [toolScript("turbo"), "run", "build", "--output-logs=errors-only"];
  await execute(process.execPath, command, { cwd: root }).catch(({ stdout }: { stdout: string }) => {
    throw new Error(`the build failed:\n${stdout}`);
  });
}

export const isPublic = ({ manifest, isStub }: Package): boolean => !manifest.private && !isStub;

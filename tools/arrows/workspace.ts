import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { importsOf, type Import } from "./imports.ts";

export interface Manifest {
  name: string;
  version?: string;
  private?: boolean;
  exports?: Record<string, unknown>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** A package of the workspace: what it declares, and what its files import. */
export interface Package {
  /** Folder name, which is also the name in tables: `fake-quant`. */
  readonly short: string;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
  /** Nothing is written yet: `src/index.ts` exports nothing. */
  readonly isStub: boolean;
}

export interface SourceFile {
  readonly path: string;
  /** Shipped code, as opposed to tests and build scripts, which may import devDependencies. */
  readonly shipped: boolean;
  readonly imports: readonly Import[];
}

export interface Workspace {
  readonly root: string;
  readonly manifest: Manifest;
  readonly packages: readonly Package[];
}

export function readWorkspace(root: string): Workspace {
  const parent = join(root, "packages");
  const packages = readdirSync(parent)
    .filter((short) => existsSync(join(parent, short, "package.json")))
    .map((short) => readPackage(short, join(parent, short)));
  return { root, manifest: readManifest(root), packages };
}

export function readPackage(short: string, folder: string): Package {
  const files = ["src", "test", "scripts"].flatMap((part) =>
    sourceFiles(join(folder, part)).map((path) => ({
      path,
      shipped: part === "src" && !/\.(test|bench)\.ts$/.test(path),
      imports: importsOf(path, readFileSync(path, "utf8")),
    })),
  );
  const index = join(folder, "src", "index.ts");
  const isStub = !existsSync(index) || /^(export \{\};?)?$/.test(readFileSync(index, "utf8").trim());
  return { short, folder, manifest: readManifest(folder), files, isStub };
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|mts|mjs|js)$/.test(name) && !name.endsWith(".d.ts"))
    .sort()
    .map((name) => join(folder, name));
}

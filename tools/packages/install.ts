import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { importsOf, splitSpecifier } from "../arrows/imports.ts";
import { markdownBlocks, type Block } from "../examples/blocks.ts";
import { expectationsIn, unmetExpectations } from "../examples/expectations.ts";
import { runPrograms } from "../examples/run-programs.ts";
import type { Packed } from "./pack.ts";

const execute = promisify(execFile);

/** Packages that a user installs together, and the README whose examples must then run. */
export interface Combination {
  readonly name: string;
  readonly packages: readonly string[];
  /** Short name of the package whose README is run. */
  readonly readme?: string;
  /** A program that is run instead; without either, every installed package is imported. */
  readonly program?: string;
}

/** Installs a combination in an empty folder, from the tarballs only, and runs its examples with each Node. */
export async function combinationProblems(
  { packages, readme, name, program }: Combination,
  tarballs: readonly Packed[],
  nodes: readonly string[],
): Promise<string[]> {
  const installed = closure(packages, tarballs);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "octavo-install-")));
  try {
    await install(installed, folder);
    const foreign = foreignPackages(folder, installed);
    if (foreign.length > 0)
      return [`these came along, though no manifest asks for them: ${foreign.join(", ")}`];
    const code = program ?? importAll(installed);
    const blocks = readme ? readmeBlocks(readme, installed) : [{ file: name, line: 1, code }];
    if (blocks.length === 0) return [`the README of ${readme} has no example that needs only these packages`];
    const problems = await Promise.all(nodes.map((node) => runBlocks(blocks, folder, node)));
    return problems.flat();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The packages and all that they need of ours. */
export function closure(names: readonly string[], tarballs: readonly Packed[]): Packed[] {
  const found = new Map<string, Packed>();
  const add = (name: string) => {
    const packed = tarballs.find((one) => one.package.manifest.name === name);
    if (!packed || found.has(name)) return;
    found.set(name, packed);
    Object.keys(packed.package.manifest.dependencies ?? {}).forEach(add);
  };
  names.forEach(add);
  return [...found.values()];
}

export async function install(installed: readonly Packed[], folder: string): Promise<void> {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--omit=optional"];
  const files = installed.map(({ tarball }) => tarball);
  await execute("npm", ["install", ...flags, ...files], { cwd: folder, shell: process.platform === "win32" });
}

/** What npm put there beyond our tarballs, what their manifests name, and what those packages need themselves. */
function foreignPackages(folder: string, installed: readonly Packed[]): string[] {
  const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
    packages: Record<string, { resolved?: string; dependencies?: Record<string, string> }>;
  };
  const asked = new Set(
    installed.flatMap(({ package: { manifest } }) => Object.keys(manifest.dependencies ?? {})),
  );
  const found = Object.entries(packages).map(([path, entry]) => ({
    ...entry,
    name: path.replace(/^.*node_modules\//, ""),
  }));
  // A set that grows while it is walked reaches everything.
  for (const name of asked) {
    for (const entry of found.filter((one) => one.name === name)) {
      Object.keys(entry.dependencies ?? {}).forEach((needed) => asked.add(needed));
    }
  }
  return found
    .filter(({ name, resolved }) => name !== "" && !resolved?.startsWith("file:"))
    .map(({ name }) => name)
    .filter((name) => !asked.has(name));
}

function readmeBlocks(short: string, installed: readonly Packed[]): Block[] {
  const names = new Set(installed.map((one) => one.package.manifest.name));
  const file = join(installed.find((one) => one.package.short === short)!.package.folder, "README.md");
  return markdownBlocks(file, readFileSync(file, "utf8")).filter(({ code }) =>
    importsOf("block.ts", code)
      .map(({ specifier }) => splitSpecifier(specifier).name)
      .every((name) => names.has(name) || name.startsWith("node:")),
  );
}

function importAll(installed: readonly Packed[]): string {
  return installed.map(({ package: { manifest } }) => `await import("${manifest.name}");`).join("\n");
}

async function runBlocks(blocks: readonly Block[], folder: string, node: string): Promise<string[]> {
  const programs = blocks.map(({ line, code }, i) => {
    const file = join(folder, `example-${i}.mjs`);
    // Blank lines before the code, so that errors name the lines of the README.
    writeFileSync(file, "\n".repeat(line - 1) + stripTypeScriptTypes(code));
    return { url: pathToFileURL(file).href };
  });
  const results = await runPrograms(programs, { execPath: node, cwd: folder });
  return results.flatMap(({ error, outputs }, i) => {
    const { file, line, code } = blocks[i]!;
    const problems = error ? [error] : unmetExpectations(expectationsIn(code, line), outputs);
    return problems.map((problem) => `${file}:${line} with ${node}: ${problem}`);
  });
}

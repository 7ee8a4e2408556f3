import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { readWorkspace } from "../arrows/workspace.ts";
import { docBlocks, markdownBlocks, type Block } from "./blocks.ts";
import type { Program } from "./run-programs.ts";

/** Programs that share a child process. */
export interface Group {
  readonly name: string;
  readonly programs: readonly NamedProgram[];
  /** What this group lacks, to be shown as a skipped test. */
  readonly missing?: string;
}

export interface NamedProgram extends Program {
  readonly name: string;
  /** Where the `// → value` comments are: the block's code, or the file's. */
  readonly source: string;
  readonly line: number;
}

/** All that a reader could copy and run: each package's README and doc comments, the root's README, `docs/`, `examples/`. */
export function exampleGroups(root: string): Group[] {
  const packages = readWorkspace(root).packages.map(({ short, folder, files, isStub }) => {
    const readme = join(folder, "README.md");
    const docs = files.filter(({ shipped }) => shipped).flatMap(({ path }) => docBlocks(path, read(path)));
    const missing = existsSync(readme) || isStub ? undefined : `${short} has no README.md yet`;
    return { name: short, programs: [...markdownBlocksOf(readme), ...docs].map(named(root)), missing };
  });
  const rootReadme = join(root, "README.md");
  const guides = markdownFiles(join(root, "docs")).flatMap(markdownBlocksOf);
  return [
    { name: "README.md", programs: markdownBlocksOf(rootReadme).map(named(root)) },
    { name: "docs", programs: guides.map(named(root)) },
    ...packages,
    ...exampleFolders(root),
  ].filter(({ programs, missing }: Group) => programs.length > 0 || missing);
}

/** Bare name of each package of the workspace → a URL inside it. Any example may use any of them. */
export function workspaceNames(root: string): Record<string, string> {
  const { packages } = readWorkspace(root);
  return Object.fromEntries(
    packages.map(({ manifest, folder }) => [manifest.name, pathToFileURL(join(folder, "package.json")).href]),
  );
}

function markdownBlocksOf(file: string): Block[] {
  return existsSync(file) ? markdownBlocks(file, read(file)) : [];
}

function markdownFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => join(folder, name));
}

function exampleFolders(root: string): Group[] {
  const parent = join(root, "examples");
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .map((name) => ({ name: `examples/${name}`, file: join(parent, name, "index.ts") }))
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }) => ({
      name,
      programs: [{ name: "index.ts", url: pathToFileURL(file).href, source: read(file), line: 1 }],
    }));
}

const named =
  (root: string) =>
  ({ file, line, code }: Block): NamedProgram => ({
    name: `${relative(root, file)}:${line}`,
    url: `${pathToFileURL(file).href}?line=${line}`,
    // Blank lines before the code, so that errors name the lines of the README.
    code: "\n".repeat(line - 1) + code,
    source: code,
    line,
  });

const read = (file: string) => readFileSync(file, "utf8");

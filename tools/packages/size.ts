import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseSync } from "oxc-parser";
import type { Package } from "../arrows/workspace.ts";

/** kB (1000 bytes) of a package's own code, gzipped; what it depends on is not counted. */
interface Size {
  /** Built JavaScript without comments. */
  readonly script: number;
  /** The largest WebAssembly module, if there is one: a program loads one of them. */
  readonly wasm: number | null;
}

const line = /^Size: ([\d.]+) kB of JavaScript(?: and ([\d.]+) kB of WebAssembly)?, gzipped\.$/m;
/** Compilers differ a little from release to release. */
const tolerance = 0.05;

/** What a README says about its package's size, if that is not so. Needs `dist`. */
export function sizeProblems(package_: Package): string[] {
  const measured = measure(package_);
  const { short } = package_;
  const [said, script, wasm] = line.exec(readReadme(package_)) ?? [];
  if (said === undefined) return [`${short}: its README has no line "${sizeLine(measured)}"`];
  const right = near(Number(script), measured.script) && near(Number(wasm ?? 0), measured.wasm ?? 0);
  return right ? [] : [`${short}: its README says "${said}" and should say "${sizeLine(measured)}"`];
}

/** The README with its size line put right, or added below the command that installs the package. */
export function withSize(package_: Package): string {
  const readme = readReadme(package_);
  const text = sizeLine(measure(package_));
  if (line.test(readme)) return readme.replace(line, text);
  const result = readme.replace(/^```sh\nnpm install [^`]*```\n/m, (install) => `${install}\n${text}\n`);
  if (result === readme)
    throw new Error(`${package_.short}: no block in its README that begins with npm install`);
  return result;
}

function sizeLine({ script, wasm }: Size): string {
  const module = wasm === null ? "" : ` and ${rounded(wasm)} kB of WebAssembly`;
  return `Size: ${rounded(script)} kB of JavaScript${module}, gzipped.`;
}

function measure({ folder }: Package): Size {
  const scripts = filesIn(join(folder, "dist"), ".js").map((file) => withoutComments(file));
  const modules = filesIn(join(folder, "build"), ".wasm").map(gzippedSize);
  return {
    script: gzipSync(scripts.join("\n")).length / 1000,
    wasm: modules.length > 0 ? Math.max(...modules) / 1000 : null,
  };
}

const gzippedSize = (file: string): number => gzipSync(readFileSync(file)).length;

function withoutComments(file: string): string {
  const source = readFileSync(file, "utf8");
  let code = "";
  let position = 0;
  for (const { start, end } of parseSync(file, source).comments) {
    code += source.slice(position, start).trimEnd();
    position = end;
  }
  return code + source.slice(position);
}

function filesIn(folder: string, extension: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => join(folder, name));
}

function readReadme({ folder }: Package): string {
  const file = join(folder, "README.md");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

const rounded = (kilobytes: number): string => kilobytes.toFixed(kilobytes < 10 ? 1 : 0);

const near = (said: number, measured: number): boolean =>
  Math.abs(said - Number(rounded(measured))) <= Math.max(0.2, tolerance * measured);

// Where things are in the checkout, and where their programs are.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const rootManifest = readJson(join(root, "package.json"));

/** The script behind a tool's command, to be run by Node: no shim, so no shell. */
export function toolScript(name, command = name) {
  const folder = join(root, "node_modules", ...name.split("/"));
  const { bin } = readJson(join(folder, "package.json"));
  return join(folder, typeof bin === "string" ? bin : bin[command]);
}

/** Every package.json of the workspace but the root's. */
export function manifestFiles() {
  return ["packages", "examples"]
    .map((parent) => join(root, parent))
    .filter((parent) => existsSync(parent))
    .flatMap((parent) => readdirSync(parent).map((name) => join(parent, name, "package.json")))
    .concat(join(root, "bench", "package.json"))
    .filter((file) => existsSync(file))
    .sort();
}

export function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

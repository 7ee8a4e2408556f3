import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import type { SiteOptions } from "./site.ts";

/**
 * The packages in a folder as servers for pages give them: `/@octavo/runtime` is the package's main file, and names of
 * packages in scripts are replaced by such paths. What is not installed is not there.
 */
export function asOnServer(folder: string): SiteOptions["read"] {
  const modules = join(folder, "node_modules");
  return async (path) => {
    const manifest = join(modules, path, "package.json");
    if (existsSync(manifest)) {
      const main = JSON.parse(readFileSync(manifest, "utf8")).exports["."].default as string;
      return `export * from "${join(path, main)}";\n`;
    }
    const body = await readFile(join(modules, normalize(path))).catch(() => undefined);
    return body && path.endsWith(".js")
      ? String(body).replaceAll(/(\bfrom\s*|\bimport\s*\(?\s*)"(@octavo\/[\w-]+)"/g, '$1"/$2"')
      : body;
  };
}

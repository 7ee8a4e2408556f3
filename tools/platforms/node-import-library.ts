import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { capture } from "../bootstrap/process.mjs";
import type { CrossCompiler } from "./cross-compiler.ts";
import type { Target } from "./targets.ts";

const machines = { x64: "i386:x86-64", arm64: "arm64" };

/** Windows binds a library's open names to one file when it is linked: the import library of node.exe's Node-API. */
export function nodeImportLibrary({ zig }: CrossCompiler, { architecture }: Target, folder: string): string {
  const { resolve } = createRequire(import.meta.url);
  const names = ["js_native_api", "node_api"].flatMap((name) =>
    readFileSync(resolve(`node-api-headers/def/${name}.def`), "utf8")
      .split(/\r?\n/)
      .filter((line) => /^\w+$/.test(line) && line !== "EXPORTS"),
  );
  mkdirSync(folder, { recursive: true });
  const definitions = join(folder, "node.def");
  const library = join(folder, `node-${architecture}.lib`);
  writeFileSync(definitions, ["NAME NODE.EXE", "EXPORTS", ...names, ""].join("\n"));
  const command = [...zig, "dlltool", "-m", machines[architecture], "-d", definitions, "-l", library];
  if (capture(command) === null) throw new Error(`${command.join(" ")} failed`);
  return library;
}

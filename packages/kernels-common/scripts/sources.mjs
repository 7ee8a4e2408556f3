import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The C++ that all instruction sets share. */
export const commonSources = fileURLToPath(new URL("../cpp/", import.meta.url));

/** Names of the C++ files in the given folders, as absolute paths, sorted. */
export function sourceFiles(...folders) {
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(h|cpp)$/.test(name))
      .sort()
      .map((name) => join(folder, name)),
  );
}

/** A hash of file contents and of everything else that decides the result of a build. */
export function fingerprint(files, ...decisions) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file)).update("\0");
  return hash.update(JSON.stringify(decisions)).digest("hex");
}

/** Whether `output` was built from what `stamp` says. */
export function isFresh(output, stamp, expected) {
  return existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === expected;
}

import { ArgumentError, describeGiven, OctavoError } from "@octavo/spec";
import { linkedFile } from "./internal/linked-file.ts";
import { reasonOf } from "./internal/reason-of.ts";
import { replaceFile } from "./internal/replace-file.ts";

/**
 * Writes a file all or not at all (Node): into a temporary file beside it, flushed to the disk, then renamed. A crash, a full
 * disk or Ctrl-C leaves the old file, or none; the temporary file is removed on failure and on `process.exit`, that of a killed
 * process by the next write. A file that was there keeps its permissions, and a link stays one: the file that it leads to is
 * replaced. What is no file but can be written, a pipe or a device, is written to.
 *
 * @throws ArgumentError for what is no path, or with what the file system reports (no such folder, no permission, disk full).
 * @throws OctavoError outside Node.
 */
export async function writeFile(path: string | URL, bytes: Uint8Array): Promise<void> {
  const process = globalThis.process;
  if (!process?.getBuiltinModule) {
    const hint = "Build the bytes (writeSafetensors) and offer them as a download.";
    throw new OctavoError({
      where: String(path),
      expected: "Node, to write a file",
      got: "another environment",
      hint,
    });
  }
  const isFile = path instanceof URL ? path.protocol === "file:" : typeof path === "string";
  if (!isFile) {
    const got = path instanceof URL ? path.href : describeGiven(path);
    throw new ArgumentError({ where: "file", expected: "a path, or a file: URL", got });
  }
  const files = process.getBuiltinModule("node:fs");
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  const where = path instanceof URL ? fileURLToPath(path) : path;
  try {
    const target = linkedFile(where);
    const known = files.statSync(target, { throwIfNoEntry: false });
    if (!known || known.isFile()) await replaceFile(target, bytes, known && known.mode % 0o1000);
    else await files.promises.writeFile(target, bytes);
  } catch (cause) {
    const got = reasonOf(cause);
    throw new ArgumentError({
      where,
      expected: "a file that can be written",
      got,
      hint: /^E(NOSPC|DQUOT|FBIG)/.test(got)
        ? "Free some space, or write it elsewhere."
        : "Check that its folder exists, and may be written to.",
      cause,
    });
  }
}

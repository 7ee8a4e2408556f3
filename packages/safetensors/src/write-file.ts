import { ArgumentError, OctavoError } from "@octavo/spec";
import { reasonOf } from "./internal/reason-of.ts";
import { removeAbandoned, temporaryName } from "./internal/temporary-files.ts";

/**
 * Writes a file all or not at all (Node): into a temporary file beside it, flushed to the disk, then renamed. A crash, a full
 * disk or Ctrl-C leaves the old file, or none; the temporary file is removed on failure and on `process.exit`, that of a killed
 * process by the next write.
 *
 * @throws ArgumentError with what the file system reports (no such folder, no permission, disk full).
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
  const { open, rename } = process.getBuiltinModule("node:fs/promises");
  const { rmSync } = process.getBuiltinModule("node:fs");
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  const { basename, dirname, join } = process.getBuiltinModule("node:path");

  const target = path instanceof URL ? fileURLToPath(path) : path;
  removeAbandoned(dirname(target), basename(target));
  const temporary = join(dirname(target), temporaryName(basename(target)));
  const remove = () => rmSync(temporary, { force: true });
  process.once("exit", remove);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (cause) {
    remove();
    throw new ArgumentError({
      where: target,
      expected: "a file that can be written",
      got: reasonOf(cause),
      hint: "Check that its folder exists, and may be written to.",
      cause,
    });
  } finally {
    process.off("exit", remove);
  }
}

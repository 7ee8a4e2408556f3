import { removeAbandoned, removedOnExit, temporaryName } from "./temporary-files.ts";

/** Writes a file all or not at all: into a temporary file beside it, flushed to the disk, then renamed. @param mode its permissions, if it was there */
export async function replaceFile(path: string, bytes: Uint8Array, mode?: number): Promise<void> {
  const { open, rename } = process.getBuiltinModule("node:fs/promises");
  const { basename, dirname, join } = process.getBuiltinModule("node:path");
  removeAbandoned(dirname(path), basename(path));
  const temporary = join(dirname(path), temporaryName(basename(path)));
  const remove = removedOnExit(temporary);
  try {
    const file = await open(temporary, "wx", mode);
    try {
      // Those that the process's mask took away; file systems without permissions have none to set.
      if (mode !== undefined && (await file.stat()).mode % 0o1000 !== mode) await file.chmod(mode);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    remove();
  }
}

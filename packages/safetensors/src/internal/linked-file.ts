/** The file that a path leads to through links, whether it is there or not. @throws Node's error for links in a circle. */
export function linkedFile(path: string): string {
  const { readlinkSync, realpathSync } = process.getBuiltinModule("node:fs");
  const { dirname, resolve } = process.getBuiltinModule("node:path");
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  let target: string;
  try {
    target = readlinkSync(path);
  } catch {
    return path;
  }
  return linkedFile(resolve(dirname(path), target));
}

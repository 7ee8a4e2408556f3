/** Of the machine too: process numbers of another one that shares the folder say nothing here. */
function ownerPrefix(target: string): string {
  const { hostname } = process.getBuiltinModule("node:os");
  return `.${target}.${hostname()}-`;
}

/** A name for what becomes the file `target` in the same folder: of this process, and of this write alone. */
export function temporaryName(target: string): string {
  return `${ownerPrefix(target)}${process.pid}.${crypto.randomUUID().slice(0, 8)}.tmp`;
}

/** Removes temporary files of `target` whose processes on this machine are gone. Nothing happens where that fails. */
export function removeAbandoned(folder: string, target: string): void {
  const { readdirSync, rmSync } = process.getBuiltinModule("node:fs");
  const prefix = ownerPrefix(target);
  try {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(prefix) || !name.endsWith(".tmp")) continue;
      const [pid] = name.slice(prefix.length).split(".");
      if (!isRunning(Number(pid))) rmSync(`${folder}/${name}`, { force: true });
    }
  } catch {
    // The write that follows says what is wrong with the folder.
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Files to remove if the process ends now: one listener for all of them. */
const unfinished = new Set<string>();

const removeUnfinished = () => {
  const { rmSync } = process.getBuiltinModule("node:fs");
  for (const file of unfinished) rmSync(file, { force: true });
};

/** @returns what removes the file if it is still there: when it is called, or when the process ends before that. */
export function removedOnExit(file: string): () => void {
  if (unfinished.size === 0) process.on("exit", removeUnfinished);
  unfinished.add(file);
  return () => {
    process.getBuiltinModule("node:fs").rmSync(file, { force: true });
    unfinished.delete(file);
    if (unfinished.size === 0) process.off("exit", removeUnfinished);
  };
}

/** What the file system or the network said, without the call and the path that Node adds: `ENOENT: no such file or directory`. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code?.startsWith("E") ? message.replace(/, \w+( '.*)?$/s, "") : message;
}

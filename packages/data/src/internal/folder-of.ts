import { ArgumentError } from "@octavo/spec";

/** The folder of a data set's files, from options that JavaScript may have left out. @throws ArgumentError without one. */
export function folderOf(
  where: string,
  options: { readonly dir: string } | undefined,
  files: string,
): string {
  const dir: unknown = options?.dir;
  if (typeof dir === "string" && dir !== "") return dir;
  throw new ArgumentError({
    where,
    expected: `{ dir }, the folder of ${files}`,
    got: JSON.stringify(dir) ?? "undefined",
  });
}

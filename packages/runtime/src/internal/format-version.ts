import { FormatError } from "@octavo/spec";

/** Version of the encoding, and of `Program`, that this package reads and writes. */
export const formatVersion = 1;

/** @throws FormatError for another version, a newer one above all. */
export function requireFormatVersion(version: unknown, where: string): void {
  if (version === formatVersion) return;
  throw new FormatError({
    where,
    expected: `a program of format version ${formatVersion}`,
    got: `version ${String(version)}`,
    hint: (version as number) > formatVersion ? "Update @octavo/runtime to read it." : undefined,
  });
}

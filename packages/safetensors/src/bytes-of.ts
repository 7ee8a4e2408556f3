import { ArgumentError, describeGiven } from "@octavo/spec";

/** A file's bytes, those of an ArrayBuffer as `fetch` gives it too, without copying. @throws ArgumentError for anything else. */
export function bytesOf(file: Uint8Array | ArrayBuffer, where: string): Uint8Array {
  if (file instanceof Uint8Array) return file;
  if (file instanceof ArrayBuffer) return new Uint8Array(file);
  throw new ArgumentError({
    where,
    expected: "a file as a Uint8Array or ArrayBuffer",
    got: describeGiven(file),
  });
}

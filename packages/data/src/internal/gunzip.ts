import { FormatError } from "@octavo/spec";

/** The contents of gzip bytes; bytes that do not begin as gzip come back as they are. @throws FormatError if damaged. */
export async function gunzip(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    const hint = "The file is truncated or damaged: get it again.";
    throw new FormatError({ where, expected: "whole gzip data", got: (cause as Error).message, hint, cause });
  }
}

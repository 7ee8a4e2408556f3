import { FormatError } from "@octavo/spec";

import { findDuplicateKey } from "./find-duplicate-key.ts";

/** Bytes of JSON that a header may have; the limit of the reference implementation. */
const longestHeader = 100_000_000;

/**
 * Parses the header: a little-endian uint64 length, then that many bytes of a JSON object.
 * @returns its entries and the offset of the first data byte.
 * @throws FormatError for anything that is not such a header.
 */
export function readHeader(
  bytes: Uint8Array,
  where: string,
): { entries: Readonly<Record<string, unknown>>; dataStart: number } {
  const hint = "The file is truncated or not a safetensors file.";
  if (bytes.length < 8) {
    throw new FormatError({
      where,
      expected: "at least 8 bytes (the header's length)",
      got: `${bytes.length} bytes`,
      hint,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  const most = Math.min(longestHeader, bytes.length - 8);
  if (length > most) {
    const expected = `a header of at most ${most} bytes`;
    throw new FormatError({ where, expected, got: `a header length of ${length}`, hint });
  }
  const dataStart = 8 + Number(length);
  return { entries: parseJson(bytes.subarray(8, dataStart), where, hint), dataStart };
}

function parseJson(bytes: Uint8Array, where: string, hint: string): Readonly<Record<string, unknown>> {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError({
      where,
      expected: "a header of JSON",
      got: (cause as Error).message,
      hint,
      cause,
    });
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new FormatError({
      where,
      expected: "a header that is a JSON object",
      got: text.slice(0, 40),
      hint,
    });
  }
  const twice = findDuplicateKey(text, json);
  if (twice !== null)
    throw new FormatError({ where, expected: "each name once in the header", got: `'${twice}' twice` });
  return json as Record<string, unknown>;
}

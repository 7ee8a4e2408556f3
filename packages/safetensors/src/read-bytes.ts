import { ArgumentError } from "@octavo/spec";
import { reasonOf } from "./internal/reason-of.ts";

/** Where a file comes from: a path (Node), an address, or its bytes. */
export type ByteSource = string | URL | Uint8Array | ArrayBuffer;

/**
 * The bytes of a file. In Node a string is a path unless it begins with `http://` or `https://`; in a browser every
 * string is an address for `fetch`.
 *
 * @throws ArgumentError for anything else than a source, if there is no such file, or the server does not give it.
 */
export async function readBytes(source: ByteSource): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof source !== "string" && !((source as unknown) instanceof URL)) {
    throw new ArgumentError({
      where: "file",
      expected: "its path, its address, or its bytes as Uint8Array or ArrayBuffer",
      got: source === null ? "null" : typeof source,
    });
  }
  // Not by import, at which bundlers for browsers stop; nor node:fs/promises, which takes Node some milliseconds to load.
  const files = globalThis.process?.getBuiltinModule?.("node:fs");
  const address = String(source);
  const isFile = source instanceof URL ? source.protocol === "file:" : !/^(https?|data|blob):/.test(address);
  if (files && isFile) {
    return new Promise((resolve, reject) => {
      files.readFile(source, (cause, bytes) => {
        if (cause) reject(missing(address, reasonOf(cause), cause));
        else resolve(bytes);
      });
    });
  }
  const response = await fetch(source).catch((cause: unknown) => {
    throw missing(address, reasonOf(cause), cause);
  });
  if (!response.ok) throw missing(address, `HTTP status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function missing(where: string, got: string, cause?: unknown): ArgumentError {
  return new ArgumentError({
    where,
    expected: "a file that can be read",
    got,
    hint: "Check the path.",
    cause,
  });
}

/** What to call the source in errors: its path or address, or `bytes`. */
export function describeSource(source: ByteSource): string {
  return typeof source === "string" || source instanceof URL ? String(source) : "bytes";
}

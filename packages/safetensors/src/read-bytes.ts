import { ArgumentError, describeGiven } from "@octavo/spec";
import { reasonOf } from "./internal/reason-of.ts";

/** Where a file comes from: a path (Node), an address, or its bytes. */
export type ByteSource = string | URL | Uint8Array | ArrayBuffer;

/**
 * The bytes of a file. In Node a string is a path unless it begins as an address does (`https:`, `file:`, `data:`, …); in a
 * browser every string is an address for `fetch`.
 *
 * @throws ArgumentError for anything else than a source, if there is no such file, or the server does not give it.
 */
export async function readBytes(source: ByteSource): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof source !== "string" && !((source as unknown) instanceof URL)) {
    throw new ArgumentError({
      where: "file",
      expected: "a path, an address or bytes (await response.arrayBuffer())",
      got: describeGiven(source),
    });
  }
  // Not by import, at which bundlers for browsers stop; nor node:fs/promises, which takes Node some milliseconds to load.
  const files = globalThis.process?.getBuiltinModule?.("node:fs");
  const address = String(source);
  if (files && !/^(https?|data|blob):/.test(address)) {
    const path = address.startsWith("file:") ? new URL(address) : address;
    return readFile(files, path).catch((cause: unknown) => {
      throw missing(address, reasonOf(cause), cause);
    });
  }
  const fail = (cause: Error) => {
    throw missing(address, networkReason(cause), cause, "address");
  };
  const response = await fetch(source).catch(fail);
  if (!response.ok) throw missing(address, `HTTP status ${response.status}`, undefined, "address");
  return new Uint8Array(await response.arrayBuffer().catch(fail));
}

type FileSystem = NonNullable<ReturnType<typeof process.getBuiltinModule<"node:fs">>>;

/** Bytes of one read; Node takes less than twice as many. */
const longestRead = 2 ** 30;

/**
 * As `files.readFile`, which reads half a megabyte at a time and asks the event loop for each: here a file is one read, which
 * goes on while the caller is busy.
 */
async function readFile(files: FileSystem, path: string | URL): Promise<Uint8Array> {
  const info = files.statSync(path);
  // Pipes and the like do not say how long they are, and make whoever opens them wait.
  if (!info.isFile() || info.size === 0) return await called((done) => files.readFile(path, done));
  const { size } = info;
  const file = files.openSync(path, "r");
  try {
    const bytes = new Uint8Array(size);
    let end = 0;
    let read: number;
    do {
      const rest = bytes.subarray(end, end + longestRead);
      read = await called<number>((done) => files.read(file, rest, 0, rest.length, null, done));
      end += read;
    } while (read > 0 && end < size);
    return bytes.subarray(0, end);
  } finally {
    files.closeSync(file);
  }
}

/** What a function of Node's gives to its callback. */
function called<T>(
  call: (done: (error: NodeJS.ErrnoException | null, result: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** Node's fetch says only that it failed, and has the reason as the cause: one error, or one for each address of the host. */
function networkReason({ message, cause }: Error): string {
  const { errors, message: reason } = (cause ?? {}) as Partial<AggregateError>;
  const detail = reason || errors?.[0]?.message;
  return detail ? `${message}: ${detail}` : message;
}

function missing(where: string, got: string, cause?: unknown, what = "path"): ArgumentError {
  return new ArgumentError({
    where,
    expected: "a file that can be read",
    got,
    hint: `Check the ${what}.`,
    cause,
  });
}

/** What to call the source in errors: its path or address, or `bytes`. */
export function describeSource(source: ByteSource): string {
  return typeof source === "string" || source instanceof URL ? String(source) || "''" : "bytes";
}

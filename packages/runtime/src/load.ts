import { ensureKernels } from "@octavo/backend";
import type { LoadOptions as KernelOptions } from "@octavo/backend";
import type { ByteSource } from "@octavo/safetensors";
import type { Program } from "@octavo/spec";

import { loadProgram } from "./load-program.ts";
import { Session } from "./session.ts";
import type { SessionOptions } from "./session.ts";

export interface LoadOptions extends SessionOptions {
  /** Kernels to use, as `loadKernels` of @octavo/backend takes them; by default those that are loaded, else the best that run here. */
  readonly kernels?: KernelOptions;
}

/**
 * A session for a program: from a file that `saveProgram` wrote (path, address or bytes), or the program itself.
 * @throws FormatError if it is not one. @throws KernelError if kernels are forced that cannot run here.
 */
export async function load(source: ByteSource | Program, options: LoadOptions = {}): Promise<Session> {
  // Kernels are opened while the file is read.
  const reading = isSource(source) ? loadProgram(source) : source;
  const [program] = await Promise.all([reading, ensureKernels(options.kernels)]);
  return new Session(program, options);
}

function isSource(source: ByteSource | Program): source is ByteSource {
  return typeof source === "string" || [URL, Uint8Array, ArrayBuffer].some((type) => source instanceof type);
}

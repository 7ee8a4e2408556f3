import { ensureKernels } from "@octavo/backend";
import type { LoadOptions as KernelOptions } from "@octavo/backend";
import type { ByteSource } from "@octavo/safetensors";
import { withDefaults } from "@octavo/spec";
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
 * @throws FormatError if it is not one. @throws KernelError if kernels are forced that cannot run here. @throws ArgumentError
 *   for options that there are not, and for numbers of threads that are none.
 */
export async function load(source: ByteSource | Program, options: LoadOptions = {}): Promise<Session> {
  const { kernels, threads } = withDefaults("load", { kernels: undefined, threads: undefined }, options);
  // Kernels are opened while the file is read.
  const reading = isSource(source) ? loadProgram(source) : source;
  const [program] = await Promise.all([reading, ensureKernels(kernels, "load({ kernels })")]);
  return new Session(program, { threads });
}

function isSource(source: ByteSource | Program): source is ByteSource {
  return typeof source === "string" || [URL, Uint8Array, ArrayBuffer].some((type) => source instanceof type);
}

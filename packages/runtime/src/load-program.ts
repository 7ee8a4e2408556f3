import { describeSource, readBytes } from "@octavo/safetensors";
import type { ByteSource } from "@octavo/safetensors";
import type { Program } from "@octavo/spec";

import { decodeProgramFile } from "./program-file.ts";

/** Reads a program that `saveProgram` wrote, from a path (Node), an address or bytes. Throws as `decodeProgramFile`. */
export async function loadProgram(source: ByteSource): Promise<Program> {
  return decodeProgramFile(await readBytes(source), describeSource(source));
}

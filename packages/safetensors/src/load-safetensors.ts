import { describeSource, readBytes } from "./read-bytes.ts";
import type { ByteSource } from "./read-bytes.ts";
import { readSafetensors } from "./read-safetensors.ts";
import type { Safetensors } from "./stored-tensor.ts";

/**
 * Reads a safetensors file from a path, an address or bytes; errors name it.
 * @throws ArgumentError if it cannot be read. @throws FormatError if it is not a whole safetensors file.
 */
export async function loadSafetensors(source: ByteSource): Promise<Safetensors> {
  return readSafetensors(await readBytes(source), describeSource(source));
}

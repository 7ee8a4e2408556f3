import { describeSource, loadSafetensors } from "@octavo/safetensors";
import type { ByteSource } from "@octavo/safetensors";
import type { Tensor } from "@octavo/tensor";

import { fromStored } from "./internal/from-stored.ts";

/**
 * The tensors of a safetensors file by name, ready for `loadStateDict`, in memory of their own.
 * @param source a path (Node), an address or bytes.
 * @throws ArgumentError if it cannot be read. @throws FormatError if it is not a whole safetensors file, or has a dtype
 * that tensors do not have.
 */
export async function loadTensors(source: ByteSource): Promise<Map<string, Tensor>> {
  const { tensors } = await loadSafetensors(source);
  const file = describeSource(source);
  return new Map([...tensors].map(([name, stored]) => [name, fromStored(name, stored, file)]));
}

import type { StoredTensor } from "./stored-tensor.ts";
import { writeFile } from "./write-file.ts";
import { writeSafetensors } from "./write-safetensors.ts";

/** Writes a safetensors file, all or not at all (Node). Throws as `writeSafetensors` and `writeFile` do. */
export async function saveSafetensors(
  path: string | URL,
  tensors: Iterable<readonly [name: string, tensor: StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFile(path, writeSafetensors(tensors, metadata));
}

import { saveSafetensors } from "@octavo/safetensors";
import { ArgumentError } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";

import { toStored } from "./internal/to-stored.ts";

/**
 * Writes tensors, a state dict, to a safetensors file, all or not at all (Node). Elements are in torch's order.
 * @throws DTypeError for quantized tensors: a quantized network is saved as a program.
 * @throws ArgumentError for anything else than names and tensors, or if the file cannot be written.
 */
export async function saveTensors(
  path: string | URL,
  tensors: Iterable<readonly [name: string, tensor: Tensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const stored = entriesOf(tensors).map(([name, tensor]) => [name, toStored(name, tensor)] as const);
  await saveSafetensors(path, stored, metadata);
}

function entriesOf(
  tensors: Iterable<readonly [name: string, tensor: Tensor]>,
): (readonly [string, Tensor])[] {
  const entries = Symbol.iterator in Object(tensors) ? [...tensors] : null;
  if (entries?.every((entry) => typeof entry[0] === "string" && entry[1] instanceof Tensor)) return entries;
  throw new ArgumentError({
    where: "saveTensors",
    expected: "a state dict: a Map, or a list of [name, tensor]",
    got: entries ? "an entry that is not a name and a tensor" : typeof tensors,
    hint: "Give a model's model.stateDict(), an object's Object.entries(tensors); the path comes first.",
  });
}

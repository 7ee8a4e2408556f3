import { saveSafetensors } from "@octavo/safetensors";
import type { StoredDType, StoredTensor } from "@octavo/safetensors";
import { ArgumentError, DTypeError } from "@octavo/spec";
import type { DType } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";

const storedAs: Partial<Record<DType, StoredDType>> = {
  float32: "F32",
  float16: "F16",
  int64: "I64",
  int32: "I32",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

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
  const stored = entriesOf(tensors).map(([name, tensor]) => {
    const dtype = storedAs[tensor.dtype];
    if (!dtype) {
      const hint = "Save a quantized network with saveProgram, after lower.";
      throw new DTypeError({
        where: `tensor '${name}'`,
        expected: "one that is not quantized",
        got: tensor.describe(),
        hint,
      });
    }
    return [name, { dtype, shape: tensor.shape, data: tensor.toArray() } as StoredTensor] as const;
  });
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

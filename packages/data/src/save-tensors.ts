import { saveSafetensors } from "@octavo/safetensors";
import type { StoredDType, StoredTensor } from "@octavo/safetensors";
import { DTypeError } from "@octavo/spec";
import type { DType } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";

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
 * @throws {DTypeError} for quantized tensors: a quantized network is saved as a program.
 */
export async function saveTensors(
  path: string | URL,
  tensors: Iterable<readonly [name: string, tensor: Tensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const stored = [...tensors].map(([name, tensor]) => {
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

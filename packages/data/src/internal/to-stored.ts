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

/** A copy of a tensor as files hold it, in torch's order. @throws DTypeError for a quantized one. */
export function toStored(name: string, tensor: Tensor): StoredTensor {
  const dtype = storedAs[tensor.dtype];
  if (dtype) return { dtype, shape: tensor.shape, data: tensor.toArray() } as StoredTensor;
  throw new DTypeError({
    where: `tensor '${name}'`,
    expected: "one that is not quantized",
    got: tensor.describe(),
    hint: "Save a quantized network with saveProgram, after lower.",
  });
}

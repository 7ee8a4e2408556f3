import type { StoredData, StoredDType, StoredTensor } from "@octavo/safetensors";
import { FormatError } from "@octavo/spec";
import type { DType, TypedArray } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";

import { bfloat16ToFloat32, halfToFloat32 } from "./to-float32.ts";

type Reader = readonly [dtype: DType, convert: (data: never) => TypedArray | Float32Array];

const asItIs = (data: StoredData) => data as TypedArray;

/** What becomes of each stored dtype: floats of any size are float32, since all arithmetic is. */
const readers: Partial<Record<StoredDType, Reader>> = {
  F32: ["float32", asItIs],
  F64: ["float32", (data: Float64Array) => Float32Array.from(data)],
  F16: ["float32", halfToFloat32],
  BF16: ["float32", bfloat16ToFloat32],
  I64: ["int64", asItIs],
  I32: ["int32", asItIs],
  I8: ["int8", asItIs],
  U8: ["uint8", asItIs],
  BOOL: ["bool", asItIs],
};

/** A tensor of a file, in memory of its own. @throws FormatError for a dtype that tensors do not have. */
export function fromStored(name: string, { dtype: stored, shape, data }: StoredTensor, file: string): Tensor {
  const reader = readers[stored];
  if (!reader) {
    const where = `${file}, tensor '${name}'`;
    throw new FormatError({ where, expected: `dtype ${Object.keys(readers).join(", ")}`, got: stored });
  }
  const [dtype, convert] = reader;
  const tensor = new Tensor({ shape, dtype });
  tensor.raw().set(convert(data as never) as never);
  return tensor;
}

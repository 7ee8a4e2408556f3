import { describeSource, loadSafetensors } from "@octavo/safetensors";
import type { ByteSource, StoredData, StoredDType, StoredTensor } from "@octavo/safetensors";
import { FormatError } from "@octavo/spec";
import type { DType, TypedArray } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";

import { bfloat16ToFloat32, halfToFloat32 } from "./internal/to-float32.ts";

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

/**
 * The tensors of a safetensors file by name, ready for `loadStateDict`, in memory of their own.
 * @param source a path (Node), an address or bytes.
 * @throws ArgumentError if it cannot be read. @throws FormatError if it is not a whole safetensors file, or has a dtype
 * that tensors do not have.
 */
export async function loadTensors(source: ByteSource): Promise<Map<string, Tensor>> {
  const { tensors } = await loadSafetensors(source);
  return new Map(
    [...tensors].map(([name, stored]) => [name, toTensor(name, stored, describeSource(source))]),
  );
}

function toTensor(name: string, { dtype: stored, shape, data }: StoredTensor, file: string): Tensor {
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

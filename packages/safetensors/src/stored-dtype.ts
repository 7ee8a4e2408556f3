/**
 * Element types of the safetensors format, by its own names. `F16`, `BF16` and the 8-bit floats are read as raw bit
 * patterns; `BOOL` as bytes 0 and 1.
 */
export const storedDTypes = {
  F64: { bytes: 8, array: Float64Array },
  I64: { bytes: 8, array: BigInt64Array },
  U64: { bytes: 8, array: BigUint64Array },
  F32: { bytes: 4, array: Float32Array },
  I32: { bytes: 4, array: Int32Array },
  U32: { bytes: 4, array: Uint32Array },
  F16: { bytes: 2, array: Uint16Array },
  BF16: { bytes: 2, array: Uint16Array },
  I16: { bytes: 2, array: Int16Array },
  U16: { bytes: 2, array: Uint16Array },
  I8: { bytes: 1, array: Int8Array },
  U8: { bytes: 1, array: Uint8Array },
  BOOL: { bytes: 1, array: Uint8Array },
  F8_E4M3: { bytes: 1, array: Uint8Array },
  F8_E5M2: { bytes: 1, array: Uint8Array },
} as const;

export type StoredDType = keyof typeof storedDTypes;

/** The typed array that holds elements of a stored dtype. */
export type StoredData<D extends StoredDType = StoredDType> = InstanceType<(typeof storedDTypes)[D]["array"]>;

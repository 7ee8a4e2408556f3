/**
 * Element types. Quantized ones (`quint8`, `qint8`, `qint32`, `quint4x2`) carry `QParams`; names are torch's. `quint4x2` has two
 * elements in each byte, the first in the low half, so the last axis is even; it is for weights, no kernel takes activations of it.
 */
export const dtypes = {
  float32: { bytes: 4, array: Float32Array, quantized: false },
  float16: { bytes: 2, array: Uint16Array, quantized: false },
  int64: { bytes: 8, array: BigInt64Array, quantized: false },
  int32: { bytes: 4, array: Int32Array, quantized: false },
  uint8: { bytes: 1, array: Uint8Array, quantized: false },
  int8: { bytes: 1, array: Int8Array, quantized: false },
  bool: { bytes: 1, array: Uint8Array, quantized: false },
  quint8: { bytes: 1, array: Uint8Array, quantized: true },
  qint8: { bytes: 1, array: Int8Array, quantized: true },
  qint32: { bytes: 4, array: Int32Array, quantized: true },
  quint4x2: { bytes: 0.5, array: Uint8Array, quantized: true },
} as const;

export type DType = keyof typeof dtypes;
/** dtypes whose tensors carry `QParams`. */
export type QuantizedDType = "quint8" | "qint8" | "qint32" | "quint4x2";

/** The typed array that holds elements of a dtype, over any buffer (`float16` is storage only: raw 16-bit patterns). */
export type DataOf<D extends DType> = (typeof dtypes)[D]["array"]["prototype"];
export type TypedArray = DataOf<DType>;

/** Smallest and largest integer of a quantized dtype, inclusive. */
export const quantRanges: { readonly [D in QuantizedDType]: readonly [quantMin: number, quantMax: number] } =
  {
    quint8: [0, 255],
    qint8: [-128, 127],
    qint32: [-2147483648, 2147483647],
    quint4x2: [0, 15],
  };

/** Whether tensors of a dtype carry `QParams`. */
export function isQuantized(dtype: DType): dtype is QuantizedDType {
  return dtypes[dtype].quantized;
}

import { readFileSync } from "node:fs";
import { FormatError } from "@octavo/spec";
import type { DType, TypedArray } from "@octavo/spec";

/** A tensor of a golden file: row-major elements in torch's axis order. */
export interface GoldenTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

const layouts: Record<string, { dtype: DType; bytes: number; view: (buffer: ArrayBuffer) => TypedArray }> = {
  F32: { dtype: "float32", bytes: 4, view: (buffer) => new Float32Array(buffer) },
  I64: { dtype: "int64", bytes: 8, view: (buffer) => new BigInt64Array(buffer) },
  I32: { dtype: "int32", bytes: 4, view: (buffer) => new Int32Array(buffer) },
  I8: { dtype: "int8", bytes: 1, view: (buffer) => new Int8Array(buffer) },
  U8: { dtype: "uint8", bytes: 1, view: (buffer) => new Uint8Array(buffer) },
};

/**
 * Every tensor of a safetensors file, by name. A reader of its own, so that the goldens do not depend on the codec that
 * they help to test.
 */
export function readGoldenTensors(path: string): Map<string, GoldenTensor> {
  const bytes = new Uint8Array(readFileSync(path));
  const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  const tensors = new Map<string, GoldenTensor>();
  for (const [name, entry] of Object.entries<{ dtype: string; shape: number[]; data_offsets: number[] }>(
    header,
  )) {
    if (name === "__metadata__") continue;
    const layout = layouts[entry.dtype];
    if (!layout) {
      throw new FormatError({
        where: `${path}: ${name}`,
        expected: Object.keys(layouts).join(", "),
        got: entry.dtype,
      });
    }
    const [start, end] = entry.data_offsets.map((offset) => offset + 8 + headerBytes);
    const data = layout.view(bytes.buffer.slice(start, end));
    tensors.set(name, { dtype: layout.dtype, shape: entry.shape, data });
  }
  return tensors;
}

import type { InputTensor } from "../tensor-info.ts";

/** A copy of an input's data, of the same type. */
export function copyData(data: InputTensor["data"]): Float32Array<ArrayBuffer> | number[] {
  // Of whichever type it is, not only floats.
  return ArrayBuffer.isView(data) ? (data as unknown as Float32Array).slice() : [...(data as number[])];
}

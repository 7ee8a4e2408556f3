import { checkCoverage, checkEntry, checkMetadata } from "./internal/check-entry.ts";
import type { Entry } from "./internal/check-entry.ts";
import { readHeader } from "./internal/read-header.ts";
import { storedDTypes } from "./stored-dtype.ts";
import type { Safetensors, StoredTensor } from "./stored-tensor.ts";

/**
 * Parses a whole file (https://github.com/huggingface/safetensors#format). Tensors are views of `bytes` where their
 * data is aligned to the element size, as it is in files that `writeSafetensors` or Hugging Face wrote; else copies.
 *
 * @param where name of the source, for errors.
 * @throws FormatError for a truncated, foreign or damaged file: every field of the header is checked, and each byte
 * of data must belong to exactly one tensor.
 */
export function readSafetensors(bytes: Uint8Array, where = "safetensors"): Safetensors {
  const { entries, dataStart } = readHeader(bytes, where);
  const dataLength = bytes.length - dataStart;
  const checked: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (name === "__metadata__") metadata = checkMetadata(value, where);
    else checked.push(checkEntry(name, value, dataLength, where));
  }
  checkCoverage(checked, dataLength, where);
  const data = bytes.subarray(dataStart);
  return { tensors: new Map(checked.map((entry) => [entry.name, view(data, entry)])), metadata };
}

function view(data: Uint8Array, { dtype, shape, begin, end }: Entry): StoredTensor {
  const { bytes, array } = storedDTypes[dtype];
  const own = data.subarray(begin, end);
  const { buffer, byteOffset } = own.byteOffset % bytes === 0 ? own : own.slice();
  const elements = new array(buffer as ArrayBuffer, byteOffset, (end - begin) / bytes);
  return { dtype, shape, data: elements } as StoredTensor;
}

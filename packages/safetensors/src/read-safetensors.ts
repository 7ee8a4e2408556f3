import { bytesOf } from "./bytes-of.ts";
import { checkCoverage, checkEntry, checkMetadata } from "./internal/check-entry.ts";
import type { Entry } from "./internal/check-entry.ts";
import { readHeader } from "./internal/read-header.ts";
import { storedDTypes } from "./stored-dtype.ts";
import type { Safetensors, StoredTensor } from "./stored-tensor.ts";

/**
 * Parses a whole file (https://github.com/huggingface/safetensors#format). Tensors are views of `file` where their
 * data is aligned to the element size, as it is in files that `writeSafetensors` or Hugging Face wrote; else copies.
 *
 * @param where name of the source, for errors.
 * @throws FormatError for a truncated, foreign or damaged file: every field of the header is checked, and each byte
 * of data must belong to exactly one tensor. @throws ArgumentError for anything but its bytes, which `loadSafetensors` reads of a path.
 */
export function readSafetensors(file: Uint8Array | ArrayBuffer, where = "safetensors"): Safetensors {
  const bytes = bytesOf(file, where);
  const { entries, dataStart } = readHeader(bytes, where);
  const dataLength = bytes.length - dataStart;
  const checked: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const name of Object.keys(entries)) {
    if (name === "__metadata__") metadata = checkMetadata(entries[name], where);
    else checked.push(checkEntry(name, entries[name], dataLength, where));
  }
  checkCoverage(checked, dataLength, where);
  const tensors = new Map<string, StoredTensor>();
  for (const entry of checked) tensors.set(entry.name, view(bytes, dataStart, entry));
  return { tensors, metadata };
}

function view(file: Uint8Array, dataStart: number, { dtype, shape, begin, end }: Entry): StoredTensor {
  const { bytes, array } = storedDTypes[dtype];
  const start = dataStart + begin;
  const byteOffset = file.byteOffset + start;
  const length = (end - begin) / bytes;
  const data =
    byteOffset % bytes === 0
      ? new array(file.buffer as ArrayBuffer, byteOffset, length)
      : new array((file.buffer as ArrayBuffer).slice(byteOffset, byteOffset + end - begin), 0, length);
  return { dtype, shape, data } as StoredTensor;
}

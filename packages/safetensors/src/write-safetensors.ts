import { ArgumentError, describeGiven, numberOfElements } from "@octavo/spec";

import { storedDTypes } from "./stored-dtype.ts";
import type { StoredTensor } from "./stored-tensor.ts";

/**
 * The bytes of a safetensors file. Data begins at a multiple of 8 bytes and lies by falling element size, so that every
 * tensor is aligned; the header lists the tensors in the order given.
 *
 * @throws ArgumentError if a tensor's data is not of its dtype or its length not the product of its shape, if metadata are no texts, and
 * for tensors that are not listed by name.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const list = listOf(tensors);
  checkTensors(list);
  checkTexts(metadata);
  const bySize = [...list].sort(([, a], [, b]) => storedDTypes[b.dtype].bytes - storedDTypes[a.dtype].bytes);
  const offsets = new Map<string, number>();
  let end = 0;
  for (const [name, { data }] of bySize) {
    offsets.set(name, end);
    end += data.byteLength;
  }

  // Text, not an object: a tensor may be called `__proto__`, and integer-like names would change their order.
  const fields = list.map(([name, { dtype, shape, data }]) => {
    const begin = offsets.get(name)!;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, begin + data.byteLength] })}`;
  });
  if (Object.keys(metadata).length > 0) fields.unshift(`"__metadata__":${JSON.stringify(metadata)}`);
  const header = new TextEncoder().encode(`{${fields.join(",")}}`);
  const dataStart = 8 + Math.ceil(header.length / 8) * 8;

  const file = new Uint8Array(dataStart + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  file.fill(0x20, 8 + header.length, dataStart);
  file.set(header, 8);
  for (const [name, { data }] of list) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dataStart + offsets.get(name)!);
  }
  return file;
}

type NamedTensors = readonly (readonly [name: string, tensor: StoredTensor])[];

function listOf(tensors: Iterable<readonly [name: string, tensor: StoredTensor]>): NamedTensors {
  const isListed = typeof tensors?.[Symbol.iterator] === "function";
  const list = isListed ? [...tensors] : [];
  if (isListed && list.every((entry) => Array.isArray(entry) && typeof entry[0] === "string")) return list;
  throw new ArgumentError({
    where: "writeSafetensors",
    expected: "a Map of tensors by name, or a list of [name, tensor]",
    got: describeGiven(tensors),
    hint: "Of an object: Object.entries(tensors).",
  });
}

/** Readers refuse others. */
function checkTexts(metadata: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(metadata)) {
    if (typeof text === "string") continue;
    throw new ArgumentError({
      where: `writeSafetensors, metadata '${name}'`,
      expected: "a text",
      got: describeGiven(text),
      hint: "String(value) or JSON.stringify(value) makes one.",
    });
  }
}

function checkTensors(list: NamedTensors): void {
  const names = new Set<string>();
  for (const [name, tensor] of list) {
    const where = `writeSafetensors, tensor '${name}'`;
    if (!Array.isArray(tensor?.shape)) {
      throw new ArgumentError({ where, expected: "{ dtype, shape, data }", got: describeGiven(tensor) });
    }
    const { dtype, shape, data } = tensor;
    const other = name === "__metadata__" ? "that of the format's metadata" : "that of another tensor";
    if (name === "__metadata__" || names.has(name)) {
      throw new ArgumentError({ where, expected: "a name of its own", got: other });
    }
    names.add(name);
    const array = Object.hasOwn(storedDTypes, dtype) ? storedDTypes[dtype].array : null;
    if (!array || !(data instanceof array)) {
      const expected = array
        ? `${array.name} for dtype ${dtype}`
        : `a dtype among ${Object.keys(storedDTypes).join(", ")}`;
      throw new ArgumentError({ where, expected, got: array ? describeGiven(data) : String(dtype) });
    }
    if (
      numberOfElements(shape) !== data.length ||
      !shape.every((size) => Number.isSafeInteger(size) && size >= 0)
    ) {
      throw new ArgumentError({
        where,
        expected: `${data.length} elements`,
        got: `shape [${shape.join(", ")}]`,
      });
    }
  }
}

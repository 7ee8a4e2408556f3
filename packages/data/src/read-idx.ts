import { bytesOf } from "@octavo/safetensors";
import { FormatError } from "@octavo/spec";

/** An idx file of unsigned bytes: MNIST's format (http://yann.lecun.com/exdb/mnist). */
export interface Idx {
  readonly shape: readonly number[];
  /** Row-major; a view of the file's bytes. */
  readonly data: Uint8Array;
}

const unsignedByte = 0x08;

/**
 * Parses an idx file: two zero bytes, the type of the elements, the rank, each size as a big-endian int32, the elements.
 * @param where name of the source, for errors.
 * @throws ArgumentError for anything but its bytes. @throws FormatError for another magic number, elements that are not unsigned bytes, or too few or many of them.
 */
export function readIdx(file: Uint8Array | ArrayBuffer, where = "idx file"): Idx {
  const bytes = bytesOf(file, where);
  const [zero, alsoZero, type, rank] = bytes;
  if (bytes.length < 4 || zero !== 0 || alsoZero !== 0) {
    const got = `the bytes ${[...bytes.subarray(0, 4)].join(" ") || "(none)"}`;
    const hint = "It is not an idx file.";
    throw new FormatError({ where, expected: "the magic number of idx, 0 0 8 and the rank", got, hint });
  }
  if (type !== unsignedByte) {
    throw new FormatError({ where, expected: "elements of type 8 (unsigned bytes)", got: `type ${type}` });
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw truncated(where, start, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = start + shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== expected) throw truncated(where, expected, bytes.length);
  return { shape, data: bytes.subarray(start) };
}

function truncated(where: string, expected: number, got: number): FormatError {
  const hint = got < expected ? "The file is truncated: get it again." : "Something follows the data.";
  return new FormatError({ where, expected: `${expected} bytes`, got: `${got}`, hint });
}

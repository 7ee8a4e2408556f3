/** Integers from 0 to 15, an even number of them, as `quint4x2` stores them: two in a byte, the first in the low half. */
export function packNibbles(integers: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: integers.length / 2 },
    (_, i) => integers[2 * i] | (integers[2 * i + 1] << 4),
  );
}

/** The inverse of `packNibbles`: an integer in each byte. */
export function unpackNibbles(bytes: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 2 * bytes.length }, (_, i) => (bytes[i >> 1] >> (4 * (i & 1))) & 15);
}

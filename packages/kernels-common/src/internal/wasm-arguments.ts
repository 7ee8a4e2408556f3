import type { Packed, ParameterRole, TypedArray } from "@octavo/spec";

/** `ElementKind` in argument.h. */
const elementKinds = new Map<unknown, number>([
  [Int8Array, 0],
  [Uint8Array, 1],
  [Int16Array, 3],
  [Uint16Array, 4],
  [Int32Array, 5],
  [Uint32Array, 6],
  [Float32Array, 7],
  [Float64Array, 8],
  [BigInt64Array, 9],
]);
const notAnArray = 255;

/** sizeof(Argument) in a 32-bit module: number, data, length, kind. */
export const argumentBytes = 24;

/** Writes a number, or null, where the module reads an argument. */
export function writeNumber(view: DataView, at: number, value: unknown): void {
  write(view, at, typeof value === "number" ? value : 0, 0, 0, notAnArray);
}

/** Writes an array that lies at `address` in the module's memory. */
export function writeArray(view: DataView, at: number, array: TypedArray, address: number): void {
  write(view, at, 0, address, array.length, elementKinds.get(array.constructor) ?? notAnArray);
}

function write(view: DataView, at: number, value: number, data: number, length: number, kind: number): void {
  view.setFloat64(at, value, true);
  view.setUint32(at + 8, data, true);
  view.setUint32(at + 12, length, true);
  view.setUint8(at + 16, kind);
}

/** What the module gets for an argument: a shape's packed form, an array itself, null for numbers and null. */
export function asArray(value: unknown, role: ParameterRole): TypedArray | null {
  if (role === "number" || value === null || value === undefined) return null;
  if (role === "shape") return (value as Packed).packed as unknown as TypedArray;
  return value as TypedArray;
}

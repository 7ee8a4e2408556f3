import type { KernelProvider, Kernels, Packed, TypedArray } from "../../packages/spec/src/index.ts";

/**
 * A provider whose kernels get every array in a block of its own that ends where the array ends, so that a sanitizer
 * sees each byte outside. Arrays stay as misaligned as they were given.
 */
export function withExactArrays(provider: KernelProvider): KernelProvider {
  const kernels = Object.entries(provider.kernels).map(([name, kernel]) => [name, wrap(kernel as Kernel)]);
  return { ...provider, kernels: Object.fromEntries(kernels) as Kernels };
}

type Kernel = (...values: unknown[]) => unknown;

function wrap(kernel: Kernel): Kernel {
  return (...values) => {
    // One copy of an array that is passed twice: some kernels work in place.
    const copies = new Map<TypedArray, TypedArray>();
    const copyOf = (array: TypedArray) => {
      if (!copies.has(array)) copies.set(array, exactCopy(array));
      return copies.get(array)!;
    };
    const result = kernel(
      ...values.map((value) => {
        if (ArrayBuffer.isView(value)) return copyOf(value as TypedArray);
        return isShape(value) ? { packed: copyOf(value.packed) } : value;
      }),
    );
    for (const [array, copy] of copies) (array as Uint8Array).set(copy as Uint8Array);
    return result;
  };
}

const isShape = (value: unknown): value is Packed =>
  typeof value === "object" && value !== null && "packed" in value;

/** Alignment of blocks from malloc, in bytes; and of an `ArrayBuffer`, which is one. */
const alignment = 16;

function exactCopy(array: TypedArray): TypedArray {
  const offset = array.byteOffset % alignment;
  const Type = array.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => TypedArray;
  const copy = new Type(new ArrayBuffer(offset + array.byteLength), offset, array.length);
  (copy as Uint8Array).set(array as Uint8Array);
  return copy;
}

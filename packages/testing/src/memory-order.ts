import { denseStrides, numberOfElements } from "@octavo/spec";
import type { MemoryFormat, TypedArray } from "@octavo/spec";

/** The elements of a contiguous tensor in channels-last order (axis 1 moved to the end). */
export function toChannelsLast<Data extends TypedArray>(data: Data, shape: readonly number[]): Data {
  return reorder(data, shape, "contiguous", "channelsLast");
}

/** The elements of a channels-last tensor in the order of its shape. */
export function toContiguous<Data extends TypedArray>(data: Data, shape: readonly number[]): Data {
  return reorder(data, shape, "channelsLast", "contiguous");
}

function reorder<Data extends TypedArray>(
  data: Data,
  shape: readonly number[],
  from: MemoryFormat,
  to: MemoryFormat,
): Data {
  const [source, target] = [denseStrides(shape, from), denseStrides(shape, to)];
  const contiguous = denseStrides(shape);
  const result = data.slice() as Data;
  for (let index = 0; index < numberOfElements(shape); index++) {
    let [read, write] = [0, 0];
    for (let axis = 0; axis < shape.length; axis++) {
      const at = Math.floor(index / contiguous[axis]) % shape[axis];
      read += at * source[axis];
      write += at * target[axis];
    }
    result[write] = data[read];
  }
  return result;
}

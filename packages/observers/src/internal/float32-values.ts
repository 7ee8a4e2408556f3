import {
  DTypeError,
  ShapeError,
  describeGiven,
  entryOf,
  memoryFormats,
  numberOfElements,
} from "@octavo/spec";
import type { TensorLike } from "@octavo/spec";

const notFloat = ["quint8", "qint8", "qint32", "float16"];

/**
 * Elements of a tensor as float32: its own array if that is one, else a converted copy.
 *
 * @throws DTypeError for tensors that say they are quantized or hold raw float16 bits and for elements that are no numbers, `ShapeError`
 * where the shape does not count the elements, `ArgumentError` for a memory format that there is not (torch's `channels_last`).
 */
export function float32Values(x: TensorLike & { readonly dtype?: unknown }, where: string): Float32Array {
  if (typeof x?.data?.length !== "number" || !Array.isArray(x.shape)) {
    throw new ShapeError({
      where,
      expected: "a tensor { data, shape }",
      got: describeGiven(x),
    });
  }
  if (typeof x.dtype === "string" && notFloat.includes(x.dtype)) {
    const hint = "Observers watch float tensors: dequantize or convert it first.";
    throw new DTypeError({ where, expected: "a float32 tensor", got: x.dtype, hint });
  }
  entryOf(memoryFormats, x.memoryFormat ?? "contiguous", where, "memory format");
  const count = numberOfElements(x.shape);
  if (x.data.length !== count) {
    const expected = `${count} elements for shape (${x.shape.join(", ")})`;
    throw new ShapeError({ where, expected, got: String(x.data.length) });
  }
  return x.data instanceof Float32Array ? x.data : converted(x.data, where);
}

function converted(data: ArrayLike<number>, where: string): Float32Array {
  const values = new Float32Array(data.length);
  for (let i = 0; i < values.length; i++) {
    const value: unknown = data[i];
    if (typeof value !== "number") {
      const got = `${typeof value} ${describeGiven(value)} at ${i} of ${describeGiven(data)}`;
      const hint = "Observers watch float tensors: one flat list of numbers, or a typed array of them.";
      throw new DTypeError({ where, expected: "numbers", got, hint });
    }
    values[i] = value;
  }
  return values;
}

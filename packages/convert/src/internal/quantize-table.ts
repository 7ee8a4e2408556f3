import { packNibbles, QuantizationError, roundHalfToEven } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";

const fl = Math.fround;

/**
 * The table of an embedding as integers, by a scale and a float zero point for each row:
 * q = clamp(rne(fl(fl(x · fl(1/scale)) + zeroPoint)), quantMin, quantMax). torch.quantize_per_channel with float zero points.
 * @throws QuantizationError naming `where`, for an odd width and quint4x2, which has two integers in a byte.
 */
export function quantizeTable(weight: Tensor, qparams: QParams, where: string): Tensor {
  const { dtype, scale, zeroPoint, quantMin, quantMax } = qparams;
  const { shape, data } = weight;
  const width = shape[1];
  if (dtype === "quint4x2" && width % 2 === 1) {
    throw new QuantizationError({
      where,
      expected: "an even embeddingDim: two 4-bit integers share a byte",
      got: String(width),
      hint: "Add a column of zeros, or take 8 bits.",
    });
  }
  const integers = new Uint8Array(data.length);
  for (let row = 0, i = 0; row < scale.length; row++) {
    const inverse = fl(1 / scale[row]);
    for (const end = i + width; i < end; i++) {
      const rounded = roundHalfToEven(fl(fl(data[i] * inverse) + zeroPoint[row]));
      integers[i] = Math.min(Math.max(rounded, quantMin), quantMax);
    }
  }
  const result = new Tensor({ shape, dtype, qparams }).keep();
  result.raw<Uint8Array>().set(dtype === "quint4x2" ? packNibbles(integers) : integers);
  return result;
}

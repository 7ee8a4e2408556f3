import { channelBlocks, dtypes, quantRanges } from "@octavo/spec";
import type { QInt, QuantizedDType } from "@octavo/spec";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import type { RandomValues } from "./random-values.ts";
import { arrayLength, channelBlocks as blockGeometry } from "./sizes.ts";

const dtype = fc.constantFrom<QuantizedDType>("quint8", "qint8", "qint32");
const outOfRange = [NaN, Infinity, -Infinity, 3e38, -3e38, 0, -0, 1e-40];
const geometry = fc.record({
  fields: fc.oneof(
    blockGeometry,
    arrayLength.map((inner) => ({ outer: 1, channels: 1, inner })),
  ),
  dtype,
  reduced: fc.boolean(),
  inPlace: fc.boolean(),
});

/** The integer range, or the lower half of it, as `reduceRange` makes it. */
function rangeOf(type: QuantizedDType, reduced: boolean): readonly [number, number] {
  const [low, high] = quantRanges[type];
  return reduced ? [Math.ceil(low / 2), Math.floor(high / 2)] : [low, high];
}

/** Scales, zero points within the range, and values of which some fall outside. */
function quantized(
  random: RandomValues,
  { outer, channels, inner }: { outer: number; channels: number; inner: number },
  type: QuantizedDType,
) {
  const [low, high] = type === "qint32" ? [-1000, 1000] : quantRanges[type];
  const scale = random.scales(channels, 1e-3, 0.5);
  const zeroPoint = random.integers(channels, low, high);
  const length = outer * channels * inner;
  const x = random.floats(length, -40, 40, outOfRange);
  // Ties: an odd number of halves of the scale.
  for (let i = 0; i < length; i += 5)
    x[i] = (random.integer(-40, 40) + 0.5) * scale[Math.floor(i / inner) % channels];
  return { scale, zeroPoint, x, length };
}

const quantize = agreementLaw(
  "quantize, out of range and on ties too",
  ["quantize"],
  geometry,
  ({ fields, dtype, reduced }, random) => {
    const { scale, zeroPoint, x, length } = quantized(random, fields, dtype);
    const range = rangeOf(dtype, reduced);
    const q: QInt = new dtypes[dtype].array(length);
    return scene({
      arrays: { x, scale, zeroPoint, q },
      writes: ["q"],
      agreement: "bits",
      run: (k, { x, scale, zeroPoint, q }) =>
        k.quantize(x, scale, zeroPoint, q, channelBlocks(fields), ...range),
    });
  },
);

const dequantize = agreementLaw("dequantize", ["dequantize"], geometry, ({ fields, dtype }, random) => {
  const { scale, zeroPoint, length } = quantized(random, fields, dtype);
  const q: QInt =
    dtype === "qint32"
      ? random.integers(length, -(2 ** 31), 2 ** 31 - 1)
      : random.bytes(length, dtype === "qint8");
  return scene({
    arrays: { q, scale, zeroPoint, x: new Float32Array(length) },
    writes: ["x"],
    agreement: "values",
    run: (k, { q, scale, zeroPoint, x }) => k.dequantize(q, scale, zeroPoint, x, channelBlocks(fields)),
  });
});

const fakeQuantize = agreementLaw(
  "fakeQuantize, also in place",
  ["fakeQuantize"],
  geometry,
  ({ fields, dtype, reduced, inPlace }, random) => {
    const { scale, zeroPoint, x, length } = quantized(random, fields, dtype);
    const range = rangeOf(dtype, reduced);
    if (inPlace) {
      return scene({
        arrays: { x, scale, zeroPoint },
        writes: ["x"],
        agreement: "values",
        run: (k, { x, scale, zeroPoint }) =>
          k.fakeQuantize(x, scale, zeroPoint, x, channelBlocks(fields), ...range),
      });
    }
    return scene({
      arrays: { x, scale, zeroPoint, y: new Float32Array(length) },
      writes: ["y"],
      agreement: "values",
      run: (k, { x, scale, zeroPoint, y }) =>
        k.fakeQuantize(x, scale, zeroPoint, y, channelBlocks(fields), ...range),
    });
  },
);

const fakeQuantizeGradient = agreementLaw(
  "fakeQuantizeGradient, also in place",
  ["fakeQuantizeGradient"],
  geometry,
  ({ fields, dtype, reduced, inPlace }, random) => {
    const { scale, zeroPoint, x, length } = quantized(random, fields, dtype);
    const range = rangeOf(dtype, reduced);
    const dy = random.floats(length);
    if (inPlace) {
      return scene({
        arrays: { x, scale, zeroPoint, dx: dy },
        writes: ["dx"],
        agreement: "values",
        run: (k, { x, scale, zeroPoint, dx }) =>
          k.fakeQuantizeGradient(x, dx, scale, zeroPoint, dx, channelBlocks(fields), ...range),
      });
    }
    return scene({
      arrays: { x, dy, scale, zeroPoint, dx: new Float32Array(length) },
      writes: ["dx"],
      agreement: "values",
      run: (k, { x, dy, scale, zeroPoint, dx }) =>
        k.fakeQuantizeGradient(x, dy, scale, zeroPoint, dx, channelBlocks(fields), ...range),
    });
  },
);

export const quantizeLaws: readonly AgreementLaw[] = [
  quantize,
  dequantize,
  fakeQuantize,
  fakeQuantizeGradient,
];

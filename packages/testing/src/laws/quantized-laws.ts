import type { ConvFields, Kernels, Q8 } from "@octavo/spec";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { bytesLike, epilogue, packConv, rangeOf, trio } from "./quantized-scenes.ts";
import type { RandomValues } from "./random-values.ts";
import {
  arrayLength,
  convGeometry,
  depthwise3x3Geometry,
  fewChannelsGeometry,
  manyProductsGeometry,
  shapeOfConv,
  stridedThreeTapGeometry,
  threeTapGeometry,
  tileSize,
  volume,
} from "./sizes.ts";

/** What seven bits leave of it: fbgemm's reduced range. */
const reducedRangeOf = (signed: boolean): [number, number] => (signed ? [-64, 63] : [0, 127]);

/** Clamp of the output: the whole range, or what a fused relu or relu6 leaves of it. */
function clampOf(random: RandomValues, signed: boolean): { yZeroPoint: number; low: number; high: number } {
  const [least, most] = rangeOf(signed);
  const yZeroPoint = random.integer(least, most);
  return {
    yZeroPoint,
    low: random.pick([least, yZeroPoint]),
    high: random.pick([most, Math.max(yZeroPoint, most - 100)]),
  };
}

const requantize = agreementLaw(
  "requantize of all accumulators, with both kinds of bias",
  ["requantize"],
  fc.record({
    rows: fc.constantFrom(1, 2, 5),
    channels: tileSize,
    signed: fc.boolean(),
    integerBias: fc.boolean(),
  }),
  ({ rows, channels, signed, integerBias }, random) => {
    const extremes = [2147483647, -2147483648, 2147483646, 16777217, -16777217, 0, 1, -1];
    const draw = () =>
      random.next() < 0.3
        ? random.pick(extremes)
        : Math.trunc((random.next() - 0.5) * 2 ** random.integer(4, 32));
    const accumulator = Int32Array.from({ length: rows * channels }, draw);
    const bias = integerBias
      ? Int32Array.from({ length: channels }, draw)
      : random.floats(channels, -1e5, 1e5, [0, 1e9]);
    const multiplier = random.scales(channels, 1e-9, 1);
    const { yZeroPoint, low, high } = clampOf(random, signed);
    return scene({
      arrays: { accumulator, bias, multiplier, y: bytesLike(signed, rows * channels) },
      writes: ["y"],
      agreement: "bits",
      run: (k, { accumulator, bias, multiplier, y }) =>
        k.requantize(accumulator, bias, multiplier, y, rows, channels, yZeroPoint, low, high),
    });
  },
  200,
);

const convCase = (fields: fc.Arbitrary<ConvFields>): fc.Arbitrary<ConvCase> =>
  fc.record({
    fields,
    signedInput: fc.boolean(),
    reducedInput: fc.boolean(),
    signedWeight: fc.boolean(),
    symmetric: fc.boolean(),
    bell: fc.boolean(),
    integerBias: fc.boolean(),
    gain: fc.constantFrom(...Array<number>(6).fill(1), 2 ** 8, 2 ** 30),
  });

interface ConvCase {
  readonly fields: ConvFields;
  readonly signedInput: boolean;
  /** x and its zero point keep to seven bits, and the kernel is told so. */
  readonly reducedInput: boolean;
  readonly signedWeight: boolean;
  readonly symmetric: boolean;
  /** Most values lie around the middle of their range, as they do in networks; else as many at the ends. */
  readonly bell: boolean;
  readonly integerBias: boolean;
  /** How far the outputs lie beyond their range: values above int32 are clamped like all others. */
  readonly gain: number;
}

/** Inputs of a quantized convolution whose channels on the side of the weights' zero points are `channels`. */
function convInputs(
  random: RandomValues,
  { fields, signedInput, reducedInput, signedWeight, symmetric, bell, integerBias, gain }: ConvCase,
  xLength: number,
  channels: number,
  terms: number,
) {
  const weights = (fields.outChannels * volume(fields.kernel) * fields.inChannels) / fields.groups;
  const symmetricZero = new Int32Array(channels).fill(signedWeight ? 0 : 128);
  const xRange = reducedInput ? reducedRangeOf(signedInput) : rangeOf(signedInput);
  const arrays = {
    x: random.bytes(xLength, signedInput, xRange, bell),
    weight: random.bytes(weights, signedWeight, rangeOf(signedWeight), bell),
    weightZeroPoint: symmetric ? symmetricZero : random.integers(channels, ...rangeOf(signedWeight)),
    ...epilogue(random, channels, terms, integerBias, gain),
  };
  return { arrays, xRange, xZeroPoint: random.pick([random.integer(...xRange), ...xRange]) };
}

const quantizedConvLaw = (name: string, geometry: fc.Arbitrary<ConvFields>, runs?: number): AgreementLaw =>
  agreementLaw(
    name,
    trio,
    convCase(geometry),
    (one, random) => {
      const { fields, signedInput } = one;
      const [inLength, outLength] = [fields.inSize, fields.outSize].map(
        (size) => fields.batch * volume(size),
      );
      const terms = (volume(fields.kernel) * fields.inChannels) / fields.groups;
      const { arrays, xRange, xZeroPoint } = convInputs(
        random,
        one,
        inLength * fields.inChannels,
        fields.outChannels,
        terms,
      );
      const { yZeroPoint, low, high } = clampOf(random, signedInput);
      return scene({
        arrays: { ...arrays, y: bytesLike(signedInput, outLength * fields.outChannels) },
        writes: ["y"],
        agreement: "bits",
        run: (k, { x, weight, weightZeroPoint, bias, multiplier, y }) => {
          // Packed for one image: the batch may differ when it runs.
          const packShape = shapeOfConv({ ...fields, batch: 1 });
          const packed = packConv(k, weight, weightZeroPoint, packShape, xZeroPoint, ...xRange);
          const shape = shapeOfConv(fields);
          k.quantizedConv(x, packed, bias, multiplier, y, shape, xZeroPoint, yZeroPoint, low, high);
        },
      });
    },
    runs,
  );

const quantizedConvTranspose = agreementLaw(
  "quantizedConvTranspose of every geometry, sign and zero point",
  ["quantizedConvTranspose"],
  convCase(convGeometry),
  (one, random) => {
    const { fields, signedInput } = one;
    const [inLength, outLength] = [fields.inSize, fields.outSize].map((size) => fields.batch * volume(size));
    const terms = (volume(fields.kernel) * fields.outChannels) / fields.groups;
    const { arrays, xZeroPoint } = convInputs(
      random,
      one,
      outLength * fields.outChannels,
      fields.inChannels,
      terms,
    );
    const { yZeroPoint, low, high } = clampOf(random, signedInput);
    return scene({
      arrays: { ...arrays, y: bytesLike(signedInput, inLength * fields.inChannels) },
      writes: ["y"],
      agreement: "bits",
      run: (k, { x, weight, weightZeroPoint, bias, multiplier, y }) =>
        k.quantizedConvTranspose(
          x,
          weight,
          weightZeroPoint,
          bias,
          multiplier,
          y,
          shapeOfConv(fields),
          xZeroPoint,
          yZeroPoint,
          low,
          high,
        ),
    });
  },
);

function binaryLaw(name: "quantizedAdd" | "quantizedMul"): AgreementLaw {
  const geometry = fc.record({
    length: arrayLength,
    a: fc.boolean(),
    b: fc.boolean(),
    y: fc.boolean(),
    over: fc.constantFrom("a", "b", null),
    isUsual: fc.boolean(),
  });
  return agreementLaw(
    `${name}, also in place`,
    [name],
    geometry,
    ({ length, over, isUsual, ...signed }, random) => {
      // The others are all that programs may have.
      const [aScale, bScale, anyScale] = isUsual
        ? random.scales(3, 0.01, 0.1)
        : random.scales(3, 2 ** -127, 2 ** 118.9);
      const fitting = name === "quantizedAdd" ? (aScale + bScale) * 0.7 : aScale * bScale * 90;
      const yScale = isUsual ? fitting : anyScale;
      const [aZero, bZero] = [random.integer(...rangeOf(signed.a)), random.integer(...rangeOf(signed.b))];
      const { yZeroPoint, low, high } = clampOf(random, signed.y);
      const run = (k: Kernels, a: Q8, b: Q8, y: Q8) =>
        k[name](a, aScale, aZero, b, bScale, bZero, y, yScale, yZeroPoint, low, high);
      const [a, b] = [random.bytes(length, signed.a), random.bytes(length, signed.b)];
      if (over) {
        return scene({
          arrays: { a, b },
          writes: [over],
          agreement: "bits",
          run: (k, { a, b }) => run(k, a, b, sameBytes({ a, b }[over], signed.y)),
        });
      }
      return scene({
        arrays: { a, b, y: bytesLike(signed.y, length) },
        writes: ["y"],
        agreement: "bits",
        run: (k, { a, b, y }) => run(k, a, b, y),
      });
    },
  );
}

/** The same memory as signed or unsigned bytes. */
function sameBytes({ buffer, byteOffset, length }: Q8, signed: boolean): Q8 {
  return new (signed ? Int8Array : Uint8Array)(buffer as ArrayBuffer, byteOffset, length);
}

const lookup = agreementLaw(
  "quantizedLookup of both signs, also in place",
  ["quantizedLookup"],
  fc.record({ length: arrayLength, x: fc.boolean(), y: fc.boolean(), inPlace: fc.boolean() }),
  ({ length, inPlace, ...signed }, random) => {
    const [x, table] = [random.bytes(length, signed.x), random.bytes(256, signed.y)];
    if (inPlace) {
      return scene({
        arrays: { x, table },
        writes: ["x"],
        agreement: "bits",
        run: (k, { x, table }) => k.quantizedLookup(x, table, sameBytes(x, signed.y)),
      });
    }
    return scene({
      arrays: { x, table, y: bytesLike(signed.y, length) },
      writes: ["y"],
      agreement: "bits",
      run: (k, { x, table, y }) => k.quantizedLookup(x, table, y),
    });
  },
);

export const quantizedLaws: readonly AgreementLaw[] = [
  requantize,
  quantizedConvLaw("quantizedConv of every geometry, sign and zero point", convGeometry),
  quantizedConvLaw("quantizedConv 3×3 of stride 1", threeTapGeometry),
  quantizedConvLaw("quantizedConv of depthwise 3×3 filters", depthwise3x3Geometry),
  quantizedConvLaw("quantizedConv of few input channels", fewChannelsGeometry),
  quantizedConvLaw("quantizedConv 3×3 of stride 2", stridedThreeTapGeometry, 12),
  quantizedConvLaw("quantizedConv of many channels", manyProductsGeometry, 30),
  quantizedConvTranspose,
  binaryLaw("quantizedAdd"),
  binaryLaw("quantizedMul"),
  lookup,
];

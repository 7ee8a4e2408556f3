import type { ConvFields, ConvShape, Kernels, Q8 } from "@octavo/spec";
import * as fc from "fast-check";
import { agreementLaw, checkProperty, scene } from "./kernel-law.ts";
import type { AgreementLaw, KernelLaw } from "./kernel-law.ts";
import { RandomValues } from "./random-values.ts";
import {
  arrayLength,
  convGeometry,
  depthwise3x3Geometry,
  fewChannelsGeometry,
  manyProductsGeometry,
  shapeOfConv,
  smallTileSize,
  stridedThreeTapGeometry,
  threeTapGeometry,
  tileSize,
  volume,
} from "./sizes.ts";

const bytesLike = (signed: boolean, length: number): Q8 =>
  signed ? new Int8Array(length) : new Uint8Array(length);
const rangeOf = (signed: boolean): [number, number] => (signed ? [-128, 127] : [0, 255]);
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

/** Bias and multipliers that spread the outputs of `terms` products over the range and a little beyond, or `gain` times as far. */
function epilogue(random: RandomValues, channels: number, terms: number, integerBias: boolean, gain = 1) {
  const spread = 6000 * Math.sqrt(terms);
  const bias = integerBias
    ? random.integers(channels, -Math.round(spread), Math.round(spread))
    : random.floats(channels, -spread, spread);
  return { bias, multiplier: random.scales(channels, (20 * gain) / spread, (200 * gain) / spread) };
}

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

function packConv(
  k: Kernels,
  weight: Q8,
  weightZeroPoint: Int32Array,
  shape: ConvShape,
  ...x: readonly [zeroPoint: number, min: number, max: number]
): Uint8Array {
  const packed = new Uint8Array(k.quantizedConvPackedBytes(weight, weightZeroPoint, shape, ...x));
  k.quantizedConvPack(weight, weightZeroPoint, packed, shape, ...x);
  return packed;
}

const trio = ["quantizedConvPackedBytes", "quantizedConvPack", "quantizedConv"] as const;

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

/** Ranges of activations at whose ends sums are largest: of both types, whole and as far as seven bits. */
const ranges = [
  [0, 255],
  [0, 127],
  [128, 255],
  [-128, 127],
  [-64, 63],
] as const;

/** Of a filter's weights, over and over. In the middle four from two steps of four add up to 258, which int16 holds 127 times, 259 or 260. */
const patterns: readonly (readonly number[])[] = [
  [127],
  [-127],
  [-128],
  [64, 65],
  [-64, -65],
  [65, 65, 0, 0, 65, 64, 0, 0],
  [-65, -65, 0, 0, -65, -64, 0, 0],
  [65, 65],
  [-65, -65],
  [127, 2, -1, 0],
  [127, -128],
];

const deep = { sizes: { inChannels: 320, outChannels: 96, positions: 16 }, rows: 1, kernel: 1 } as const;

/** Where kernels that add in int16 add most: the 259 above, and 160 weights of 127 less as many of −128, of values outside a window of 128. */
const mostInShorts = [
  { ...deep, pattern: [65, 65, 0, 0, 65, 64, 0, 0], follows: false, range: [0, 127], zeroPoint: "low" },
  { ...deep, pattern: [-65, -65, 0, 0, -65, -64, 0, 0], follows: false, range: [0, 127], zeroPoint: "low" },
  { ...deep, pattern: [127, -128], follows: true, range: [0, 255], zeroPoint: "middle" },
  { ...deep, pattern: [-128, 127], follows: true, range: [-128, 127], zeroPoint: "middle" },
] as const;

/**
 * The largest products there are, everywhere: a kernel that adds pairs of them in int16 shows here. An int32 bias takes
 * the true sum away again, so that y holds what is left, exactly.
 */
const neverSaturates: KernelLaw = {
  name: "quantizedConv never saturates: the ends of a range times the largest weights everywhere",
  kernels: trio,
  check: (provider) =>
    checkProperty(
      fc.record({
        sizes: fc.oneof(
          fc.record({ inChannels: tileSize, outChannels: smallTileSize, positions: smallTileSize }),
          // Around the largest sums that Winograd's methods are exact for, 2²⁵ and 2²⁹.
          fc.record({
            inChannels: fc.constantFrom(114, 115, 116, 1827, 1841, 1842),
            outChannels: fc.constant(3),
            positions: fc.constant(4),
          }),
          fc.record({
            inChannels: fc.constantFrom(64, 96, 99, 320),
            outChannels: fc.constantFrom(96, 97),
            positions: fc.constantFrom(16, 17),
          }),
        ),
        rows: fc.constantFrom(1, 5),
        pattern: fc.constantFrom(...patterns),
        // Whether x is high where a filter begins with a positive weight, low elsewhere, so that all products pull one way; else one value.
        follows: fc.boolean(),
        range: fc.constantFrom(...ranges),
        zeroPoint: fc.constantFrom("low", "middle", "high"),
        kernel: fc.constantFrom(1, 3),
      }),
      ({
        sizes: { inChannels, outChannels, positions },
        rows,
        pattern,
        follows,
        range,
        zeroPoint,
        kernel,
      }) => {
        const k = provider.kernels as Kernels;
        const [low, high] = range;
        const xZeroPoint = { low, middle: Math.ceil((low + high) / 2), high }[zeroPoint];
        const fields = {
          batch: 1,
          inChannels,
          outChannels,
          groups: 1,
          inSize: [1, rows + kernel - 1, positions + kernel - 1],
          outSize: [1, rows, positions],
          kernel: [1, kernel, kernel],
          stride: [1, 1, 1],
          padding: [0, 0, 0],
          dilation: [1, 1, 1],
        } as const;
        const shape = shapeOfConv(fields);
        const terms = volume(fields.kernel) * inChannels;
        const filter = Int8Array.from({ length: terms }, (_, i) => pattern[i % pattern.length]);
        const far = zeroPoint === "high" ? low : high;
        const pixel = Array.from(filter.subarray(0, inChannels), (weight) =>
          follows ? (weight > 0 ? high : low) : far,
        );
        const sum = filter.reduce(
          (total, weight, i) => total + weight * (pixel[i % inChannels] - xZeroPoint),
          0,
        );
        const weights = new Int8Array(outChannels * terms);
        for (let o = 0; o < outChannels; o++) weights.set(filter, o * terms);
        const packed = packConv(k, weights, new Int32Array(outChannels), shape, xZeroPoint, low, high);
        const rest = Int32Array.from({ length: outChannels }, (_, o) => o - sum);
        const y = new Uint8Array(rows * positions * outChannels);
        const x = bytesLike(low < 0, volume(fields.inSize) * inChannels);
        for (let at = 0; at < x.length; at += inChannels) x.set(pixel, at);
        const multiplier = new Float32Array(outChannels).fill(1);
        k.quantizedConv(x, packed, rest, multiplier, y, shape, xZeroPoint, 100, 0, 255);
        const wrong = y.findIndex((got, i) => got !== 100 + (i % outChannels));
        if (wrong >= 0)
          throw new Error(
            `accumulator ${sum} is off by ${y[wrong] - 100 - (wrong % outChannels)} at output ${wrong}`,
          );
      },
      200,
      mostInShorts,
    ),
};

/** Methods cut large batches into pieces, and small ones otherwise; no oracle is fast enough to be held against them. */
const imageByImage: KernelLaw = {
  name: "quantizedConv gives of a large batch what it gives image by image",
  kernels: trio,
  check: (provider) =>
    checkProperty(
      fc.record({ batch: fc.constantFrom(16, 50), kernel: fc.constantFrom(1, 3), seed: fc.nat() }),
      ({ batch, kernel, seed }) => {
        const k = provider.kernels as Kernels;
        const random = new RandomValues(seed);
        const [size, inChannels, outChannels, pad] = [11, 33, 20, (kernel - 1) / 2];
        const shapeOf = (images: number) =>
          shapeOfConv({
            ...{ batch: images, inChannels, outChannels, groups: 1 },
            inSize: [1, size, size],
            outSize: [1, size, size],
            kernel: [1, kernel, kernel],
            stride: [1, 1, 1],
            padding: [0, pad, pad],
            dilation: [1, 1, 1],
          });
        const terms = inChannels * kernel * kernel;
        const weight = random.bytes(outChannels * terms, true);
        const packed = packConv(k, weight, new Int32Array(outChannels), shapeOf(1), 3, 0, 255);
        const { bias, multiplier } = epilogue(random, outChannels, terms, false);
        const x = random.bytes(batch * size * size * inChannels, false);
        const run = (images: number, from: number) => {
          const y = new Uint8Array(images * size * size * outChannels);
          const part = x
            .subarray(from * size * size * inChannels)
            .subarray(0, images * size * size * inChannels);
          k.quantizedConv(part, packed, bias, multiplier, y, shapeOf(images), 3, 128, 0, 255);
          return y;
        };
        const together = run(batch, 0);
        for (let image = 0; image < batch; image++) {
          const alone = run(1, image);
          const wrong = alone.findIndex((got, i) => got !== together[image * alone.length + i]);
          if (wrong >= 0) throw new Error(`image ${image} differs from itself alone at output ${wrong}`);
        }
      },
      4,
    ),
};

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
export const exactnessLaws: readonly KernelLaw[] = [neverSaturates, imageByImage];

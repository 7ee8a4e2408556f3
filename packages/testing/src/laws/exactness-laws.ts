import type { Kernels } from "@octavo/spec";
import * as fc from "fast-check";
import { checkProperty } from "./kernel-law.ts";
import type { KernelLaw } from "./kernel-law.ts";
import { bytesLike, epilogue, packConv, trio } from "./quantized-scenes.ts";
import { RandomValues } from "./random-values.ts";
import { shapeOfConv, smallTileSize, tileSize, volume } from "./sizes.ts";

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
        rows: fc.constantFrom(1, 5, 7),
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

export const exactnessLaws: readonly KernelLaw[] = [neverSaturates, imageByImage];

import type { Q8 } from "@octavo/spec";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { arrayLength, smallTileSize, tileSize } from "./sizes.ts";

const bytesLike = (signed: boolean, length: number): Q8 =>
  signed ? new Int8Array(length) : new Uint8Array(length);
const rangeOf = (signed: boolean): [number, number] => (signed ? [-128, 127] : [0, 255]);

const channelLookup = agreementLaw(
  "quantizedChannelLookup of both signs",
  ["quantizedChannelLookup"],
  fc.record({
    rows: fc.constantFrom(1, 2, 7, 300),
    channels: smallTileSize,
    x: fc.boolean(),
    y: fc.boolean(),
  }),
  ({ rows, channels, ...signed }, random) =>
    scene({
      arrays: {
        x: random.bytes(rows * channels, signed.x),
        tables: random.bytes(256 * channels, signed.y),
        y: bytesLike(signed.y, rows * channels),
      },
      writes: ["y"],
      agreement: "bits",
      run: (k, { x, tables, y }) => k.quantizedChannelLookup(x, tables, y, channels),
    }),
);

const addFixed = agreementLaw(
  "quantizedAddFixed of both signs, also in place",
  ["quantizedAddFixed"],
  fc.record({ length: arrayLength, signed: fc.boolean(), inPlace: fc.boolean() }),
  ({ length, signed, inPlace }, random) => {
    const [low, high] = rangeOf(signed);
    const multiplier = () => random.pick([random.integer(0, 2 ** 22 - 1), 2 ** 22 - 1, 2 ** 21]);
    const zero = () => random.pick([low, high, random.integer(low, high)]);
    const [a, b] = [multiplier(), multiplier()];
    const [aZero, bZero, yZero] = [zero(), zero(), zero()];
    const shift = random.integer(13, 31);
    const arrays = { a: random.bytes(length, signed), b: random.bytes(length, signed) };
    if (inPlace) {
      return scene({
        arrays,
        writes: ["a"],
        agreement: "bits",
        run: (k, x) => k.quantizedAddFixed(x.a, a, aZero, x.b, b, bZero, x.a, shift, yZero, low, high),
      });
    }
    return scene({
      arrays: { ...arrays, y: bytesLike(signed, length) },
      writes: ["y"],
      agreement: "bits",
      run: (k, x) => k.quantizedAddFixed(x.a, a, aZero, x.b, b, bZero, x.y, shift, yZero, low, high),
    });
  },
);

const dynamicLinear = agreementLaw(
  "dynamicLinear finds its range, is exact, and rounds twice",
  ["dynamicLinear"],
  fc.record({
    rows: fc.constantFrom(1, 2, 5),
    inFeatures: tileSize,
    outFeatures: tileSize,
    quantMax: fc.constantFrom(127, 255),
    low: fc.constantFrom(-2, 0, -1e-5),
    high: fc.constantFrom(3, 0, 1e-4),
    biased: fc.boolean(),
  }),
  ({ rows, inFeatures, outFeatures, quantMax, low, high, biased }, random) =>
    scene({
      arrays: {
        x: random.floats(rows * inFeatures, low, high, [0]),
        weight: random.bytes(inFeatures * outFeatures, true) as Int8Array,
        weightScale: random.scales(outFeatures),
        bias: random.floats(outFeatures),
        y: new Float32Array(rows * outFeatures),
      },
      writes: ["y"],
      agreement: "bits",
      run: (k, { x, weight, weightScale, bias, y }) =>
        k.dynamicLinear(
          x,
          weight,
          weightScale,
          biased ? bias : null,
          y,
          quantMax,
          rows,
          inFeatures,
          outFeatures,
        ),
    }),
);

export const quantizedOperatorLaws: readonly AgreementLaw[] = [channelLookup, addFixed, dynamicLinear];

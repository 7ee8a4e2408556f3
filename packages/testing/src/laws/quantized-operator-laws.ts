import { convShape } from "@octavo/spec";
import type { ConvFields, Q8 } from "@octavo/spec";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { arrayLength, convGeometry, smallTileSize, tileSize, volume } from "./sizes.ts";

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

const dynamicConvLaw = (name: string, geometry: fc.Arbitrary<ConvFields>): AgreementLaw =>
  agreementLaw(
    name,
    ["dynamicConv"],
    fc.record({
      fields: geometry,
      quantMax: fc.constantFrom(127, 255),
      low: fc.constantFrom(-2, 0, -1e-5),
      high: fc.constantFrom(3, 0, 1e-4),
      biased: fc.boolean(),
      withNaN: fc.boolean(),
    }),
    ({ fields, quantMax, low, high, biased, withNaN }, random) => {
      const { batch, inChannels, outChannels, groups, inSize, outSize, kernel } = fields;
      const weights = (outChannels * volume(kernel) * inChannels) / groups;
      return scene({
        arrays: {
          x: random.floats(batch * volume(inSize) * inChannels, low, high, [0, ...(withNaN ? [NaN] : [])]),
          weight: random.bytes(weights, true) as Int8Array,
          weightScale: random.scales(outChannels),
          bias: random.floats(outChannels),
          y: new Float32Array(batch * volume(outSize) * outChannels),
        },
        writes: ["y"],
        agreement: "bits",
        run: (k, { x, weight, weightScale, bias, y }) =>
          k.dynamicConv(x, weight, weightScale, biased ? bias : null, y, convShape(fields), quantMax),
      });
    },
  );

const one = [1, 1, 1] as const;
const linearGeometry: fc.Arbitrary<ConvFields> = fc
  .record({
    batch: fc.constantFrom(1, 2, 5, 15, 16, 31, 32, 70),
    inChannels: tileSize,
    outChannels: tileSize,
  })
  .map((sizes) => ({
    ...sizes,
    ...{ groups: 1, inSize: one, outSize: one, kernel: one, stride: one, padding: [0, 0, 0], dilation: one },
  }));

export const quantizedOperatorLaws: readonly AgreementLaw[] = [
  channelLookup,
  addFixed,
  dynamicConvLaw("dynamicConv of linear layers finds its range, is exact, and rounds twice", linearGeometry),
  dynamicConvLaw("dynamicConv of every geometry", convGeometry),
];

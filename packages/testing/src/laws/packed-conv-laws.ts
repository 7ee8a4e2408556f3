import type { ConvFields, ConvShape, Kernels } from "@octavo/spec";
import * as fc from "fast-check";
import { bitDifference } from "../agreement.ts";
import { agreementLaw, checkProperty, scene } from "./kernel-law.ts";
import type { AgreementLaw, KernelLaw } from "./kernel-law.ts";
import { RandomValues } from "./random-values.ts";
import { magnitudes, sumBounds } from "./rounding-bounds.ts";
import { convGeometry, depthwise3x3Geometry, fewChannelsGeometry, shapeOfConv } from "./sizes.ts";
import { threeTapGeometry, volume } from "./sizes.ts";

const trio = ["convPackedBytes", "convPack", "packedConv"] as const;

/** None, relu, relu6, another with both ends, one without a low end. */
const clamps = [
  [-Infinity, Infinity],
  [0, Infinity],
  [0, 6],
  [-0.25, 0.5],
  [Number.NaN, 1],
] as const;

const cases = fc.record({
  fields: fc.oneof(convGeometry, threeTapGeometry, depthwise3x3Geometry, fewChannelsGeometry),
  bias: fc.boolean(),
  clamp: fc.constantFrom(...clamps),
});

const termsOf = ({ kernel, inChannels, groups }: ConvFields) => (volume(kernel) * inChannels) / groups;

function arraysOf(fields: ConvFields, random: RandomValues) {
  return {
    x: random.floats(fields.batch * volume(fields.inSize) * fields.inChannels),
    weight: random.floats(fields.outChannels * termsOf(fields)),
    bias: random.floats(fields.outChannels),
    y: new Float32Array(fields.batch * volume(fields.outSize) * fields.outChannels),
  };
}

/** Into memory with other contents: nothing that is read later may be left out. */
function pack(k: Kernels, weight: Float32Array, shape: ConvShape): Uint8Array {
  const packed = new Uint8Array(k.convPackedBytes(shape)).fill(0x5a);
  k.convPack(weight, packed, shape);
  return packed;
}

const packedConv = agreementLaw(
  "packedConv of every geometry and clamp, whatever the batch it was packed for",
  trio,
  fc.record({ one: cases, packedBatch: fc.constantFrom(1, 2, 50) }),
  ({ one: { fields, bias: hasBias, clamp }, packedBatch }, random) => {
    const shape = shapeOfConv(fields);
    const given = arraysOf(fields, random);
    return scene({
      arrays: given,
      writes: ["y"],
      agreement: ({ y }, oracle) => {
        const sums = y.slice();
        const [x, weight, bias] = [given.x, given.weight, hasBias ? given.bias : null].map(magnitudes);
        oracle.packedConv(x!, pack(oracle, weight!, shape), bias, sums, shape, -Infinity, Infinity);
        return { y: sumBounds(termsOf(fields) + 3, sums) };
      },
      run: (kernels, { x, weight, bias, y }) => {
        const packed = pack(kernels, weight, shapeOfConv({ ...fields, batch: packedBatch }));
        kernels.packedConv(x, packed, hasBias ? bias : null, y, shape, ...clamp);
      },
    });
  },
  200,
);

const isConvThenClamp: KernelLaw = {
  name: "packedConv gives the bits of conv and a clamp",
  kernels: [...trio, "conv"],
  check: (provider) =>
    checkProperty(
      fc.record({ one: cases, seed: fc.nat() }),
      ({ one: { fields, bias: hasBias, clamp }, seed }) => {
        const k = provider.kernels as Kernels;
        const random = new RandomValues(seed);
        const shape = shapeOfConv(fields);
        const { x, weight, bias: values, y: expected } = arraysOf(fields, random);
        const bias = hasBias ? values : null;
        if (random.next() < 0.3) x[random.integer(0, x.length - 1)] = random.pick([NaN, Infinity, -Infinity]);
        const y = expected.slice();
        k.conv(x, weight, bias, expected, shape);
        const [low, high] = clamp;
        expected.forEach((value, i) => (expected[i] = value < low ? low : value > high ? high : value));
        k.packedConv(x, pack(k, weight, shape), bias, y, shape, ...clamp);
        const difference = bitDifference(y, expected);
        if (difference) throw new Error(difference);
      },
      200,
    ),
};

export const packedConvLaws: readonly AgreementLaw[] = [packedConv];
export const packedConvBitLaws: readonly KernelLaw[] = [isConvThenClamp];

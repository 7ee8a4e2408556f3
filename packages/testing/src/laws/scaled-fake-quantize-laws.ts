import { BinaryOp, broadcast, channelBlocks, quantRanges, ReduceOp } from "@octavo/spec";
import type { ChannelBlocks, Kernels } from "@octavo/spec";
import * as fc from "fast-check";
import { bitDifference } from "../agreement.ts";
import { agreementLaw, checkProperty, scene } from "./kernel-law.ts";
import type { AgreementLaw, KernelLaw } from "./kernel-law.ts";
import { RandomValues } from "./random-values.ts";
import { sumBounds } from "./rounding-bounds.ts";
import { channelBlocks as anyBlocks, tileSize } from "./sizes.ts";

type Fields = Omit<ChannelBlocks, "packed">;

/** Weights of convolutions (also depthwise) and linear layers, of transposed ones, and any other blocks. */
const fields: fc.Arbitrary<Fields> = fc.oneof(
  fc.record({
    outer: fc.constant(1),
    channels: tileSize,
    inner: fc.oneof(fc.constant(9), tileSize, fc.constantFrom(144, 256, 300, 4099)),
  }),
  fc.record({ outer: fc.oneof(tileSize, fc.constant(300)), channels: tileSize, inner: fc.constant(1) }),
  anyBlocks,
  fc.constant({ outer: 1, channels: 5, inner: 0 }),
  // A sum of several pieces.
  fc.constant({ outer: 1, channels: 1, inner: 20_000 }),
);
const geometry = fc.record({ fields, perTensor: fc.boolean(), reduced: fc.boolean() });
const [low, high] = quantRanges.qint8;
const rangeOf = (reduced: boolean): readonly [number, number] =>
  reduced ? [low / 2, (high - 1) / 2] : [low, high];

/** Factors of either sign, not all of one size; x · factor partly outside of the range. */
function weights(random: RandomValues, { outer, channels, inner }: Fields, perTensor: boolean) {
  const scales = perTensor ? 1 : channels;
  return {
    x: random.floats(outer * channels * inner, -2, 2, [0, -0, 1e-40]),
    factor: random.scales(channels, 1e-3, 10).map((size) => (random.next() < 0.5 ? -size : size)),
    scale: random.scales(scales, 1e-4, 0.1),
    zeroPoint: random.integers(scales, low / 2, high / 2),
  };
}

const forward = agreementLaw(
  "scaledFakeQuantize, with a scale per channel or one",
  ["scaledFakeQuantize"],
  geometry,
  ({ fields, perTensor, reduced }, random) => {
    const given = weights(random, fields, perTensor);
    [NaN, Infinity, -Infinity, 3e38].forEach((value, i) => {
      if (given.x.length > 7 * i) given.x[given.x.length - 1 - 7 * i] = value;
    });
    return scene({
      arrays: { ...given, y: new Float32Array(given.x.length) },
      writes: ["y"],
      agreement: "values",
      run: (k, { x, factor, scale, zeroPoint, y }) =>
        k.scaledFakeQuantize(x, factor, scale, zeroPoint, y, channelBlocks(fields), ...rangeOf(reduced)),
    });
  },
);

const gradient = agreementLaw(
  "scaledFakeQuantizeGradient, with a scale per channel or one",
  ["scaledFakeQuantizeGradient"],
  geometry,
  ({ fields, perTensor, reduced }, random) => {
    const given = weights(random, fields, perTensor);
    const { length } = given.x;
    const [y, dy] = [random.floats(length), random.floats(length)];
    return scene({
      arrays: { ...given, y, dy, dx: new Float32Array(length), dFactor: new Float32Array(fields.channels) },
      writes: ["dx", "dFactor"],
      agreement: () => {
        const mass = new Float32Array(fields.channels);
        for (let i = 0; i < length; i++) {
          const c = Math.floor(i / fields.inner) % fields.channels;
          mass[c] += (Math.abs(dy[i]) * (Math.abs(given.x[i]) + Math.abs(y[i]))) / Math.abs(given.factor[c]);
        }
        return { dx: new Float64Array(length), dFactor: sumBounds(length / fields.channels + 8, mass) };
      },
      run: (k, { x, factor, y, dy, scale, zeroPoint, dx, dFactor }) => {
        const blocks = channelBlocks(fields);
        const given = [x, factor, y, dy, scale, zeroPoint, dx, dFactor, blocks, ...rangeOf(reduced)] as const;
        k.scaledFakeQuantizeGradient(...given);
      },
    });
  },
);

type F32 = Float32Array;
type Quantizer = readonly [scale: F32, zeroPoint: Int32Array, range: readonly [number, number]];

/** The same by kernels that do one thing each: y, or, given dy, dx and dFactor. */
class InSteps {
  readonly kernels: Kernels;
  readonly fields: Fields;
  readonly quantizer: Quantizer;

  constructor(kernels: Kernels, fields: Fields, quantizer: Quantizer) {
    this.kernels = kernels;
    this.fields = fields;
    this.quantizer = quantizer;
  }

  y(x: F32, factor: F32): F32 {
    return this.#each("div", this.#rounded(this.#each("mul", x, factor)), factor);
  }

  gradients(x: F32, factor: F32, y: F32, dy: F32): readonly [dx: F32, dFactor: F32] {
    const [scale, zeroPoint, range] = this.quantizer;
    const ds = this.#each("div", dy, factor);
    const scaled = this.#each("mul", x, factor);
    this.kernels.fakeQuantizeGradient(scaled, ds, scale, zeroPoint, ds, this.#rounding(), ...range);
    const gain = this.#sum(this.#each("mul", ds, x));
    const loss = this.#sum(this.#each("div", this.#each("mul", dy, y), factor));
    return [this.#each("mul", ds, factor), gain.map((value, c) => value - loss[c])];
  }

  #rounded(x: F32): F32 {
    const [scale, zeroPoint, range] = this.quantizer;
    const y = new Float32Array(x.length);
    this.kernels.fakeQuantize(x, scale, zeroPoint, y, this.#rounding(), ...range);
    return y;
  }

  #rounding(): ChannelBlocks {
    const { outer, channels, inner } = this.fields;
    const perTensor = this.quantizer[0].length === 1;
    return channelBlocks(
      perTensor ? { outer: 1, channels: 1, inner: outer * channels * inner } : this.fields,
    );
  }

  /** With a value for each element or for each channel. */
  #each(operator: "mul" | "div", a: F32, b: F32): F32 {
    const { outer, channels, inner } = this.fields;
    const strides = [channels * inner, inner, 1];
    const bStrides = b.length === a.length ? strides : [0, 1, 0];
    const y = new Float32Array(a.length);
    const shape = broadcast({ sizes: [outer, channels, inner], aStrides: strides, bStrides });
    this.kernels.binary(BinaryOp[operator], a, b, y, shape);
    return y;
  }

  /** Per channel; these are outermost or innermost. */
  #sum(x: F32): F32 {
    const { outer, channels, inner } = this.fields;
    const isInnermost = inner === 1;
    const line = isInnermost ? [1, outer, channels] : [channels, inner, 1];
    const y = new Float32Array(channels);
    const blocks = channelBlocks({ outer: line[0], channels: line[1], inner: line[2] });
    this.kernels.reduce(ReduceOp.sum, x, y, blocks);
    return y;
  }
}

/** Even the sums: a network must not train differently because passes were saved. */
const equalsSteps: KernelLaw = {
  name: "scaledFakeQuantize and its gradient have the bits of mul, fakeQuantize, div and sums",
  kernels: [
    "scaledFakeQuantize",
    "scaledFakeQuantizeGradient",
    "binary",
    "fakeQuantize",
    "fakeQuantizeGradient",
    "reduce",
  ],
  check: (provider) =>
    checkProperty(fc.record({ geometry, seed: fc.nat() }), ({ geometry, seed }) => {
      const { fields, perTensor, reduced } = geometry;
      const random = new RandomValues(seed);
      const { x, factor, scale, zeroPoint } = weights(random, fields, perTensor);
      const [blocks, range] = [channelBlocks(fields), rangeOf(reduced)];
      const kernels = provider.kernels as Kernels;
      const inSteps = new InSteps(kernels, fields, [scale, zeroPoint, range]);

      const [y, dx, dFactor] = [x.length, x.length, fields.channels].map((size) => new Float32Array(size));
      kernels.scaledFakeQuantize(x, factor, scale, zeroPoint, y, blocks, ...range);
      requireBits("y", y, inSteps.y(x, factor));

      const dy = random.floats(x.length);
      kernels.scaledFakeQuantizeGradient(
        ...([x, factor, y, dy, scale, zeroPoint, dx, dFactor, blocks, ...range] as const),
      );
      const expected = inSteps.gradients(x, factor, y, dy);
      requireBits("dx", dx, expected[0]);
      // Channels in the middle have two sums, one after the other.
      if (fields.outer === 1 || fields.inner === 1) requireBits("dFactor", dFactor, expected[1]);
    }),
};

function requireBits(name: string, actual: F32, expected: F32): void {
  const difference = bitDifference(actual, expected);
  if (difference) throw new Error(`${name}: ${difference}`);
}

export const scaledFakeQuantizeLaws: readonly AgreementLaw[] = [forward, gradient];
export const scaledFakeQuantizeBitLaws: readonly KernelLaw[] = [equalsSteps];

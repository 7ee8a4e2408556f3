import { ReduceOp, channelBlocks } from "@octavo/spec";
import type { ChannelBlocks, ReduceOpName } from "@octavo/spec";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { gamma, magnitudes, sumBounds } from "./rounding-bounds.ts";
import { arrayLength, channelBlocks as geometry } from "./sizes.ts";

const lengthOf = ({ outer, channels, inner }: Omit<ChannelBlocks, "packed">) => outer * channels * inner;

function reduceLaw(name: ReduceOpName): AgreementLaw {
  const picks = name === "max" || name === "min";
  return agreementLaw(`reduce ${name}`, ["reduce"], geometry, (fields, random) => {
    const blocks = channelBlocks(fields);
    const x = random.floats(lengthOf(fields), 0.5, 1.5, picks ? [NaN, -Infinity, Infinity, 0] : [-1]);
    const operator = ReduceOp[name];
    return scene({
      arrays: { x, y: new Float32Array(fields.outer * fields.inner) },
      writes: ["y"],
      agreement: picks
        ? "values"
        : (expected, oracle) => {
            const sums = expected.y.slice();
            oracle.reduce(operator, magnitudes(x), sums, blocks);
            return { y: sumBounds(fields.channels + 2, sums) };
          },
      run: (k, { x, y }) => k.reduce(operator, x, y, blocks),
    });
  });
}

const argReduce = agreementLaw(
  "argReduce finds the first of equals",
  ["argReduce"],
  fc.record({ fields: geometry, largest: fc.constantFrom(0, 1) }),
  ({ fields, largest }, random) =>
    scene({
      // Few different values, so that there are equals.
      arrays: {
        x: Float32Array.from({ length: lengthOf(fields) }, () => random.integer(-3, 3)),
        indices: new Int32Array(fields.outer * fields.inner),
      },
      writes: ["indices"],
      agreement: "bits",
      run: (k, { x, indices }) => k.argReduce(x, indices, largest, channelBlocks(fields)),
    }),
);

const minMax = agreementLaw(
  "minMax finds the ends, NaN if there is one, and nothing in nothing",
  ["minMax"],
  fc.record({
    fields: fc.oneof(geometry, fc.constant({ outer: 0, channels: 3, inner: 4 })),
    nan: fc.boolean(),
  }),
  ({ fields, nan }, random) =>
    scene({
      arrays: {
        x: random.floats(lengthOf(fields), -9, 9, nan ? [NaN] : [Infinity, -Infinity]),
        min: random.floats(fields.channels),
        max: random.floats(fields.channels),
      },
      writes: ["min", "max"],
      agreement: "values",
      run: (k, { x, min, max }) => k.minMax(x, min, max, channelBlocks(fields)),
    }),
);

const histogram = agreementLaw(
  "histogram counts as torch.histc",
  ["histogram"],
  fc.record({
    length: arrayLength,
    bins: fc.constantFrom(1, 7, 256, 2048),
    low: fc.constantFrom(-2, -0.3, 0),
    high: fc.constantFrom(0.7, 2),
  }),
  ({ length, bins, low, high }, random) =>
    scene({
      arrays: {
        x: random.floats(length, -2.5, 2.5, [Math.fround(low), Math.fround(high), 0, NaN]),
        counts: random.floats(bins),
      },
      writes: ["counts"],
      agreement: "bits",
      run: (k, { x, counts }) => k.histogram(x, counts, low, high),
    }),
);

const channelGeometry = fc.record({
  rows: fc.constantFrom(1, 3, 8, 33, 257),
  channels: fc.constantFrom(1, 3, 8, 15, 16, 17, 33, 65),
});

const channelMoments = agreementLaw(
  "channelMoments, also far from zero",
  ["channelMoments"],
  channelGeometry,
  ({ rows, channels }, random) => {
    const offset = random.pick([0, 0, 100]);
    const x = random.floats(rows * channels, offset - 2, offset + 2);
    return scene({
      arrays: {
        x,
        mean: new Float32Array(channels),
        variance: new Float32Array(channels),
        min: new Float32Array(channels),
        max: new Float32Array(channels),
      },
      writes: ["mean", "variance", "min", "max"],
      agreement: (expected, oracle) => {
        const [sums, unused] = [new Float32Array(channels), new Float32Array(channels)];
        oracle.channelMoments(magnitudes(x), sums, unused, unused, unused, rows, channels);
        const mean = sumBounds(rows + 2, sums);
        // A mean that is off by δ makes the mean square distance from it larger by δ².
        const variance = Float64Array.from(
          expected.variance,
          (v, c) => gamma(4 * (rows + 8)) * v + 2 * mean[c] ** 2 + 1e-12,
        );
        const exact = new Float64Array(channels);
        return { mean, variance, min: exact, max: exact };
      },
      run: (k, { x, mean, variance, min, max }) =>
        k.channelMoments(x, mean, variance, min, max, rows, channels),
    });
  },
);

/** Nothing, a clamp open at either end, and a clamp and a fake-quantization. */
const epilogues = fc
  .constantFrom<null | readonly number[]>(
    null,
    [0, NaN],
    [-0.5, 1],
    [NaN, NaN, 0.03, 128, 0, 255],
    [0, NaN, 0.01, 3, 0, 255],
    [0, 6, 0.02, -128, -128, 127],
  )
  .map((values) => values && Float32Array.from(values));

const channelAffine = agreementLaw(
  "channelAffine",
  ["channelAffine"],
  fc.record({ size: channelGeometry, shifted: fc.boolean(), inPlace: fc.boolean(), epilogue: epilogues }),
  ({ size: { rows, channels }, shifted, inPlace, epilogue }, random) => {
    const given = {
      x: random.floats(rows * channels),
      scale: random.floats(channels),
      shift: random.floats(channels),
    };
    if (inPlace) {
      return scene({
        arrays: given,
        writes: ["x"],
        agreement: "values",
        run: (k, { x, scale, shift }) =>
          k.channelAffine(x, scale, shifted ? shift : null, epilogue, x, rows, channels),
      });
    }
    return scene({
      arrays: { ...given, y: new Float32Array(rows * channels) },
      writes: ["y"],
      agreement: "values",
      run: (k, { x, scale, shift, y }) =>
        k.channelAffine(x, scale, shifted ? shift : null, epilogue, y, rows, channels),
    });
  },
);

const channelAffineAdd = agreementLaw(
  "channelAffineAdd",
  ["channelAffineAdd"],
  fc.record({
    size: channelGeometry,
    bounds: fc.constantFrom([NaN, NaN], [0, NaN], [0, 6], [-0.5, 0.25]),
    measured: fc.boolean(),
    epilogue: epilogues,
  }),
  ({ size: { rows, channels }, bounds: [low, high], measured, epilogue }, random) =>
    scene({
      arrays: {
        x: random.floats(rows * channels),
        scale: random.floats(channels),
        shift: random.floats(channels),
        other: random.floats(rows * channels),
        y: new Float32Array(rows * channels),
        range: new Float32Array(2),
      },
      writes: measured ? ["y", "range"] : ["y"],
      agreement: "values",
      run: (k, { x, scale, shift, other, y, range }) => {
        const to = measured ? range : null;
        k.channelAffineAdd(x, scale, shift, epilogue, other, low, high, y, to, rows, channels);
      },
    }),
);

const channelSums = agreementLaw(
  "channelSums",
  ["channelSums"],
  channelGeometry,
  ({ rows, channels }, random) => {
    const [x, other] = [random.floats(rows * channels), random.floats(rows * channels)];
    return scene({
      arrays: { x, other, sum: new Float32Array(channels), sumProduct: new Float32Array(channels) },
      writes: ["sum", "sumProduct"],
      agreement: (_expected, oracle) => {
        const [sums, products] = [new Float32Array(channels), new Float32Array(channels)];
        oracle.channelSums(magnitudes(x), magnitudes(other), sums, products, rows, channels);
        return { sum: sumBounds(rows + 2, sums), sumProduct: sumBounds(rows + 3, products) };
      },
      run: (k, { x, other, sum, sumProduct }) => k.channelSums(x, other, sum, sumProduct, rows, channels),
    });
  },
);

const batchNormGradient = agreementLaw(
  "batchNormGradient, also in place",
  ["batchNormGradient"],
  fc.record({
    size: channelGeometry,
    weighted: fc.boolean(),
    training: fc.constantFrom(0, 1),
    inPlace: fc.boolean(),
    epilogue: epilogues,
  }),
  ({ size: { rows, channels }, weighted, training, inPlace, epilogue }, random) => {
    const given = {
      x: random.floats(rows * channels),
      dy: random.floats(rows * channels),
      mean: random.floats(channels, -0.5, 0.5),
      invStd: random.floats(channels, 0.5, 3),
      weight: random.floats(channels),
      shift: random.floats(channels),
    };
    return scene({
      arrays: {
        ...given,
        dx: inPlace ? given.dy.slice() : new Float32Array(rows * channels),
        dWeight: new Float32Array(channels),
        dBias: new Float32Array(channels),
      },
      writes: ["dx", "dWeight", "dBias"],
      agreement: () => {
        const { x, dy, mean, invStd, weight } = given;
        const normalized = x.map((value, i) => Math.abs(value - mean[i % channels]) * invStd[i % channels]);
        const [bias, product] = [new Float32Array(channels), new Float32Array(channels)];
        for (let i = 0; i < x.length; i++) {
          bias[i % channels] += Math.abs(dy[i]);
          product[i % channels] += Math.abs(dy[i]) * normalized[i];
        }
        const dx = dy.map((gradient, i) => {
          const c = i % channels;
          const mass = Math.abs(gradient) + (bias[c] + normalized[i] * product[c]) / rows;
          return (weighted ? Math.abs(weight[c]) : 1) * invStd[c] * mass;
        });
        return {
          dx: sumBounds(rows + 12, dx),
          dWeight: sumBounds(rows + 6, product),
          dBias: sumBounds(rows + 4, bias),
        };
      },
      run: (k, { x, dy, mean, invStd, weight, shift, dx, dWeight, dBias }) =>
        k.batchNormGradient(
          x,
          inPlace ? dx : dy,
          mean,
          invStd,
          weighted ? weight : null,
          epilogue && shift,
          epilogue,
          dx,
          dWeight,
          dBias,
          rows,
          channels,
          training,
        ),
    });
  },
);

const reductions = Object.keys(ReduceOp) as ReduceOpName[];

export const reductionLaws: readonly AgreementLaw[] = [
  ...reductions.map(reduceLaw),
  argReduce,
  minMax,
  histogram,
  channelMoments,
  channelAffine,
  channelAffineAdd,
  channelSums,
  batchNormGradient,
];

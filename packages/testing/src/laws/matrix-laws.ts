import { gemmShape } from "@octavo/spec";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import { magnitudes, sumBounds } from "./rounding-bounds.ts";
import type { ConvFields } from "@octavo/spec";
import { convGeometry, shapeOfConv, threeTapGeometry, tileSize, volume } from "./sizes.ts";

const gemm = agreementLaw(
  "gemm of every transposition, batch and tile size",
  ["gemm"],
  fc.record({
    batch: fc.constantFrom(1, 1, 3),
    m: tileSize,
    n: tileSize,
    k: fc.oneof(tileSize, fc.constantFrom(129, 260)),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
    accumulate: fc.boolean(),
    bias: fc.boolean(),
    repeatB: fc.boolean(),
  }),
  ({ bias: hasBias, repeatB, ...fields }, random) => {
    const { batch, m, n, k } = fields;
    const shape = gemmShape({ ...fields, strideA: m * k, strideB: repeatB ? 0 : k * n, strideC: m * n });
    const given = {
      a: random.floats(batch * m * k),
      b: random.floats((repeatB ? 1 : batch) * k * n),
      bias: random.floats(n),
      c: random.floats(batch * m * n),
    };
    return scene({
      arrays: given,
      writes: ["c"],
      agreement: (_expected, oracle) => {
        const sums = magnitudes(given.c);
        oracle.gemm(
          magnitudes(given.a),
          magnitudes(given.b),
          hasBias ? magnitudes(given.bias) : null,
          sums,
          shape,
        );
        return { c: sumBounds(k + 3, sums) };
      },
      run: (kernels, { a, b, bias, c }) => kernels.gemm(a, b, hasBias ? bias : null, c, shape),
    });
  },
);

/** The geometries that the laws of convolutions run through. */
const geometries: readonly (readonly [string, fc.Arbitrary<ConvFields>])[] = [
  ["of every geometry", convGeometry],
  ["with 3×3 filters and many channels", threeTapGeometry],
];

const conv = geometries.map(([title, geometry]) =>
  agreementLaw(
    `conv ${title}`,
    ["conv"],
    fc.record({ fields: geometry, bias: fc.boolean() }),
    ({ fields, bias: hasBias }, random) => {
      const shape = shapeOfConv(fields);
      const terms = (volume(fields.kernel) * fields.inChannels) / fields.groups;
      const given = {
        x: random.floats(fields.batch * volume(fields.inSize) * fields.inChannels),
        weight: random.floats(fields.outChannels * terms),
        bias: random.floats(fields.outChannels),
      };
      return scene({
        arrays: { ...given, y: new Float32Array(fields.batch * volume(fields.outSize) * fields.outChannels) },
        writes: ["y"],
        agreement: ({ y }, oracle) => {
          const sums = y.slice();
          oracle.conv(
            magnitudes(given.x),
            magnitudes(given.weight),
            hasBias ? magnitudes(given.bias) : null,
            sums,
            shape,
          );
          return { y: sumBounds(terms + 3, sums) };
        },
        run: (kernels, { x, weight, bias, y }) => kernels.conv(x, weight, hasBias ? bias : null, y, shape),
      });
    },
  ),
);

const convInputGradient = geometries.map(([title, geometry]) =>
  agreementLaw(`convInputGradient ${title}`, ["convInputGradient"], geometry, (fields, random) => {
    const shape = shapeOfConv(fields);
    const taps = volume(fields.kernel);
    const given = {
      dy: random.floats(fields.batch * volume(fields.outSize) * fields.outChannels),
      weight: random.floats((fields.outChannels * taps * fields.inChannels) / fields.groups),
    };
    return scene({
      arrays: { ...given, dx: random.floats(fields.batch * volume(fields.inSize) * fields.inChannels) },
      writes: ["dx"],
      agreement: ({ dx }, oracle) => {
        const sums = dx.slice();
        oracle.convInputGradient(magnitudes(given.dy), magnitudes(given.weight), sums, shape);
        return { dx: sumBounds((taps * fields.outChannels) / fields.groups + 3, sums) };
      },
      run: (kernels, { dy, weight, dx }) => kernels.convInputGradient(dy, weight, dx, shape),
    });
  }),
);

const convWeightGradient = geometries.map(([title, geometry]) =>
  agreementLaw(`convWeightGradient ${title}`, ["convWeightGradient"], geometry, (fields, random) => {
    const shape = shapeOfConv(fields);
    const given = {
      x: random.floats(fields.batch * volume(fields.inSize) * fields.inChannels),
      dy: random.floats(fields.batch * volume(fields.outSize) * fields.outChannels),
    };
    return scene({
      arrays: {
        ...given,
        dWeight: random.floats(
          (fields.outChannels * volume(fields.kernel) * fields.inChannels) / fields.groups,
        ),
      },
      writes: ["dWeight"],
      agreement: ({ dWeight }, oracle) => {
        const sums = dWeight.slice();
        oracle.convWeightGradient(magnitudes(given.x), magnitudes(given.dy), sums, shape);
        return { dWeight: sumBounds(fields.batch * volume(fields.outSize) + 3, sums) };
      },
      run: (kernels, { x, dy, dWeight }) => kernels.convWeightGradient(x, dy, dWeight, shape),
    });
  }),
);

export const matrixLaws: readonly AgreementLaw[] = [
  gemm,
  ...conv,
  ...convInputGradient,
  ...convWeightGradient,
];

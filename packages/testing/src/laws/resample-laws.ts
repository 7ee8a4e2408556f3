import { resampleShape, resampleTaps } from "@octavo/spec";
import type { ResampleFields, Spatial } from "@octavo/spec";
import * as fc from "fast-check";
import { agreementLaw, scene } from "./kernel-law.ts";
import type { AgreementLaw } from "./kernel-law.ts";
import type { RandomValues } from "./random-values.ts";
import { magnitudes, sumBounds } from "./rounding-bounds.ts";
import { smallTileSize, volume } from "./sizes.ts";

const sizes = fc.oneof(
  fc.tuple(fc.constant(1), fc.constant(1), fc.integer({ min: 1, max: 7 })),
  fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
);

const geometry = fc.record({
  batch: fc.constantFrom(1, 1, 3),
  channels: smallTileSize,
  inSize: sizes,
  outSize: sizes,
});

const inLength = ({ batch, inSize, channels }: ResampleFields) => batch * volume(inSize) * channels;
const outLength = ({ batch, outSize, channels }: ResampleFields) => batch * volume(outSize) * channels;

/** Any two inputs per output, some weights 0 or 1, or what torch's bilinear mode reads. */
function tapsOf({ inSize, outSize }: ResampleFields, random: RandomValues) {
  if (random.next() < 0.5) {
    const mode = random.pick(["nearest", "nearestExact", "linear"] as const);
    const alignCorners = random.next() < 0.5;
    return resampleTaps({ inSize, outSize, mode, alignCorners, scale: [null, null, null] });
  }
  const axes = [0, 1, 2] as const;
  const sources = axes.flatMap((axis) => [...random.integers(2 * outSize[axis], 0, inSize[axis] - 1)]);
  return {
    sources: Int32Array.from(sources),
    weights: random.floats(volumeOfAxes(outSize), 0, 1, [0, 1, 0.5]),
  };
}

const volumeOfAxes = ([depth, height, width]: Spatial) => depth + height + width;

const resample = agreementLaw(
  "resample along every axis, and second inputs without weight unread",
  ["resample"],
  geometry,
  (fields, random) => {
    const { sources, weights } = tapsOf(fields, random);
    // An infinity times 0 would show.
    const x = random.floats(inLength(fields), -2, 2, [Infinity, -0]);
    return scene({
      arrays: { x, sources, weights, y: new Float32Array(outLength(fields)) },
      writes: ["y"],
      agreement: "bits",
      run: (k, { x, sources, weights, y }) => k.resample(x, sources, weights, y, resampleShape(fields)),
    });
  },
);

const resampleGradient = agreementLaw(
  "resampleGradient gives inputs their shares",
  ["resampleGradient"],
  geometry,
  (fields, random) => {
    const { sources, weights } = tapsOf(fields, random);
    const shape = resampleShape(fields);
    const dy = random.floats(outLength(fields));
    return scene({
      arrays: { dy, sources, weights, dx: random.floats(inLength(fields)) },
      writes: ["dx"],
      agreement: ({ dx }, oracle) => {
        const sums = dx.slice();
        oracle.resampleGradient(magnitudes(dy), sources, weights, sums, shape);
        return { dx: sumBounds(8 * volume(fields.outSize) + 8, sums) };
      },
      run: (k, { dy, sources, weights, dx }) => k.resampleGradient(dy, sources, weights, dx, shape),
    });
  },
);

const quantizedResample = agreementLaw(
  "quantizedResample of both signs",
  ["quantizedResample"],
  fc.record({ fields: geometry, signed: fc.boolean() }),
  ({ fields, signed }, random) => {
    const { sources, weights } = tapsOf(fields, random);
    const [low, high] = signed ? [-128, 127] : [0, 255];
    const zeroPoint = random.pick([low, high, random.integer(low, high)]);
    const y = signed ? new Int8Array(outLength(fields)) : new Uint8Array(outLength(fields));
    return scene({
      arrays: { x: random.bytes(inLength(fields), signed), sources, weights, y },
      writes: ["y"],
      agreement: "bits",
      run: (k, { x, sources, weights, y }) =>
        k.quantizedResample(x, sources, weights, y, zeroPoint, low, high, resampleShape(fields)),
    });
  },
);

export const resampleLaws: readonly AgreementLaw[] = [resample, resampleGradient, quantizedResample];

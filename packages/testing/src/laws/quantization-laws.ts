import { channelBlocks, dtypes, quantRanges } from "@octavo/spec";
import type { Kernels } from "@octavo/spec";
import * as fc from "fast-check";
import { checkProperty } from "./kernel-law.ts";
import type { KernelLaw } from "./kernel-law.ts";
import { RandomValues } from "./random-values.ts";

interface Line {
  readonly dtype: "quint8" | "qint8";
  readonly scale: number;
  readonly zeroPoint: number;
  readonly seed: number;
}

/** One scale and zero point, and what the laws below do with them. */
const line: fc.Arbitrary<Line> = fc
  .record({ dtype: fc.constantFrom("quint8" as const, "qint8" as const), seed: fc.nat() })
  .map(({ dtype, seed }) => {
    const random = new RandomValues(seed);
    return {
      dtype,
      seed,
      scale: random.scales(1, 1e-6, 1e3)[0],
      zeroPoint: random.integer(...quantRanges[dtype]),
    };
  });

function lineLaw(
  name: string,
  kernels: KernelLaw["kernels"],
  holds: (codec: Codec, one: Line) => void,
): KernelLaw {
  return {
    name,
    kernels,
    check: (provider) => checkProperty(line, (one) => holds(codecOf(provider.kernels as Kernels, one), one)),
  };
}

interface Codec {
  quantize(x: Float32Array): number[];
  dequantize(q: readonly number[]): Float32Array;
}

function codecOf(kernels: Kernels, { dtype, scale, zeroPoint }: Line): Codec {
  const [scales, zeroPoints] = [Float32Array.of(scale), Int32Array.of(zeroPoint)];
  const blocks = (inner: number) => channelBlocks({ outer: 1, channels: 1, inner });
  return {
    quantize(x) {
      const q = new dtypes[dtype].array(x.length);
      kernels.quantize(x, scales, zeroPoints, q, blocks(x.length), ...quantRanges[dtype]);
      return Array.from(q);
    },
    dequantize(q) {
      const x = new Float32Array(q.length);
      kernels.dequantize(dtypes[dtype].array.from(q), scales, zeroPoints, x, blocks(q.length));
      return x;
    },
  };
}

function expectAll(
  count: number,
  holds: (index: number) => boolean,
  describe: (index: number) => string,
): void {
  for (let i = 0; i < count; i++) if (!holds(i)) throw new Error(describe(i));
}

const both = ["quantize", "dequantize"] as const;

const roundTrip = lineLaw(
  "dequantize then quantize gives every integer back",
  both,
  ({ quantize, dequantize }, { dtype }) => {
    const [low, high] = quantRanges[dtype];
    const all = Array.from({ length: high - low + 1 }, (_, i) => low + i);
    const back = quantize(dequantize(all));
    expectAll(
      all.length,
      (i) => back[i] === all[i],
      (i) => `${all[i]} came back as ${back[i]}`,
    );
  },
);

const halfStep = lineLaw(
  "the error is at most half a step inside the range, and outside it clamps",
  both,
  (codec, { dtype, scale, zeroPoint, seed }) => {
    const [low, high] = quantRanges[dtype];
    const x = new RandomValues(seed).floats(
      200,
      (low - zeroPoint - 50) * scale,
      (high - zeroPoint + 50) * scale,
    );
    const q = codec.quantize(x);
    const back = codec.dequantize(q);
    const [least, most] = [(low - zeroPoint) * scale, (high - zeroPoint) * scale];
    expectAll(
      x.length,
      (i) => {
        if (x[i] < least) return q[i] === low;
        if (x[i] > most) return q[i] === high;
        // x · (1/scale) carries three float32 roundings, each relative to at most 512 steps.
        return Math.abs(back[i] - x[i]) <= scale * (0.5 + 512 * 2 ** -22);
      },
      (i) => `${x[i]} became ${q[i]} = ${back[i]}; range ${least} … ${most}`,
    );
  },
);

const monotone = lineLaw("quantize is monotone", ["quantize"], ({ quantize }, { scale, seed }) => {
  const x = new RandomValues(seed).floats(300, -300 * scale, 300 * scale).sort();
  const q = quantize(x);
  expectAll(
    x.length - 1,
    (i) => q[i] <= q[i + 1],
    (i) => `${x[i]} ≤ ${x[i + 1]} became ${q[i]} > ${q[i + 1]}`,
  );
});

const zeroExact = lineLaw(
  "zero is exactly representable",
  both,
  ({ quantize, dequantize }, { zeroPoint }) => {
    const q = quantize(Float32Array.of(0, -0));
    expectAll(
      2,
      (i) => q[i] === zeroPoint,
      (i) => `zero became ${q[i]}, not the zero point ${zeroPoint}`,
    );
    const [x] = dequantize([zeroPoint]);
    if (x !== 0) throw new Error(`the zero point became ${x}`);
  },
);

const nonFinite = lineLaw(
  "NaN becomes the zero point, infinities the ends",
  ["quantize"],
  ({ quantize }, { dtype, zeroPoint }) => {
    const expected = [zeroPoint, quantRanges[dtype][1], quantRanges[dtype][0]];
    const q = quantize(Float32Array.of(NaN, Infinity, -Infinity));
    expectAll(
      3,
      (i) => q[i] === expected[i],
      (i) => `${["NaN", "Infinity", "-Infinity"][i]} became ${q[i]}, not ${expected[i]}`,
    );
  },
);

const tiesToEven: KernelLaw = {
  name: "ties round to the even integer, before the zero point is added",
  kernels: ["quantize"],
  check: (provider) =>
    checkProperty(
      fc.record({ exponent: fc.integer({ min: -20, max: 20 }), zeroPoint: fc.integer({ min: 0, max: 255 }) }),
      ({ exponent, zeroPoint }) => {
        // With a power of two as scale, x · (1/scale) is exact.
        const scale = 2 ** exponent;
        const lower = Array.from({ length: 100 }, (_, i) => i - 50);
        const { quantize } = codecOf(provider.kernels as Kernels, {
          dtype: "quint8",
          scale,
          zeroPoint,
          seed: 0,
        });
        const q = quantize(Float32Array.from(lower, (n) => (n + 0.5) * scale));
        const expected = lower.map((n) => Math.max(0, Math.min(255, (n % 2 === 0 ? n : n + 1) + zeroPoint)));
        expectAll(
          100,
          (i) => q[i] === expected[i],
          (i) => `${lower[i]} and a half became ${q[i]}, not ${expected[i]}`,
        );
      },
    ),
};

const fakeIsRoundTrip: KernelLaw = {
  name: "fakeQuantize is quantize then dequantize",
  kernels: ["quantize", "dequantize", "fakeQuantize"],
  check: (provider) =>
    checkProperty(line, (one) => {
      const kernels = provider.kernels as Kernels;
      const x = new RandomValues(one.seed).floats(200, -300 * one.scale, 300 * one.scale, [
        NaN,
        Infinity,
        -Infinity,
      ]);
      const codec = codecOf(kernels, one);
      const expected = codec.dequantize(codec.quantize(x));
      const y = new Float32Array(x.length);
      const blocks = channelBlocks({ outer: 1, channels: 1, inner: x.length });
      kernels.fakeQuantize(
        x,
        Float32Array.of(one.scale),
        Int32Array.of(one.zeroPoint),
        y,
        blocks,
        ...quantRanges[one.dtype],
      );
      expectAll(
        x.length,
        (i) => y[i] === expected[i],
        (i) => `${x[i]} became ${y[i]}, not ${expected[i]}`,
      );
    }),
};

/** What quantization must do, whatever the kernel: it needs no oracle. */
export const quantizationLaws: readonly KernelLaw[] = [
  roundTrip,
  halfStep,
  monotone,
  zeroExact,
  nonFinite,
  tiesToEven,
  fakeIsRoundTrip,
];

import {
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  PerChannelMinMaxObserver,
} from "@octavo/observers";
import type { ObserverFactory } from "@octavo/observers";
import { backward, fakeQuantize, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { bitDifference } from "@octavo/testing";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FakeQuantize } from "../src/index.ts";

const kinds: readonly (readonly [string, ObserverFactory])[] = [
  ["per tensor", MovingAverageMinMaxObserver.withArgs({ reduceRange: true })],
  ["symmetric", MinMaxObserver.withArgs({ dtype: "qint8", qscheme: "perTensorSymmetric" })],
  ["per channel", PerChannelMinMaxObserver.withArgs({ dtype: "qint8", qscheme: "perChannelSymmetric" })],
  [
    "last axis",
    PerChannelMinMaxObserver.withArgs({ dtype: "quint8", qscheme: "perChannelAffine", chAxis: -1 }),
  ],
  ["4 bits", MovingAverageMinMaxObserver.withArgs({ quantMin: 0, quantMax: 15 })],
  ["histogram", HistogramObserver.withArgs({ bins: 64 })],
];
const channels = 3;
const value = fc.float({ min: -1000, max: 1000, noNaN: true });
const batch = fc
  .integer({ min: 1, max: 9 })
  .chain((n) =>
    fc
      .array(value, { minLength: n * channels, maxLength: n * channels })
      .map((values) => [n, values] as const),
  );
// Rows are `channels` long, so that either axis may have channels.
const asTensor = ([, values]: readonly [number, number[]]) =>
  tensor(Float32Array.from(values), [channels, values.length / channels]);
const square = fc
  .array(value, { minLength: channels * channels, maxLength: channels * channels })
  .map((values) => [channels, values] as const);
const law = (property: fc.IProperty<[(readonly [number, number[]])[]]>) =>
  fc.assert(property, { seed: 7, numRuns: 60 });
const same = (a: Tensor | null, b: Tensor | null) => expect(bitDifference(a!.data, b!.data)).toBe(null);

describe.each(kinds)("%s", (kind, factory) => {
  const batches = fc.array(kind === "last axis" ? square : batch, { minLength: 1, maxLength: 4 });

  it("observing and rounding in one call = observer, then qparams, then fake quantize", () => {
    law(
      fc.property(batches, (values) => {
        const fused = new FakeQuantize(factory);
        const observer = factory.create();
        for (const each of values) {
          const [a, b] = [asTensor(each).requiresGrad_(), asTensor(each).requiresGrad_()];
          const y = fused(a);
          observer.observe(b);
          const { scale, zeroPoint, ...range } = observer.calculateQParams();
          const expected = fakeQuantize(b, scale, zeroPoint as Int32Array, range);
          same(y, expected);
          const gradient = asTensor(each);
          backward(y, gradient);
          backward(expected, gradient);
          same(a.grad, b.grad);
        }
      }),
    );
  });

  it("rounding twice is rounding once, and integers stay in range", () => {
    law(
      fc.property(batches, (values) => {
        const module = new FakeQuantize(factory);
        for (const each of values) {
          const y = module(asTensor(each));
          same(module.quantize(y), y);
          const { scale, zeroPoint, quantMin, quantMax, axis } = module.qparams;
          const width = y.shape[1];
          y.data.forEach((v, i) => {
            const c = axis === null ? 0 : axis === 0 ? Math.floor(i / width) : i % width;
            const q = Math.round(v / scale[c]) + zeroPoint[c];
            expect(q >= quantMin && q <= quantMax).toBe(true);
          });
        }
      }),
    );
  });

  it("calibrating, then training on, sees the same range as training", () => {
    law(
      fc.property(batches, (values) => {
        const [watcher, trainer] = [
          new FakeQuantize(factory, { fakeQuantEnabled: false }),
          new FakeQuantize(factory),
        ];
        for (const each of values) {
          watcher(asTensor(each));
          trainer(asTensor(each));
        }
        expect(watcher.qparams).toEqual(trainer.qparams);
      }),
    );
  });
});

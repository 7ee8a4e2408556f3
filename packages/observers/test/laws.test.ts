import {
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  PerChannelMinMaxObserver,
  RecordingObserver,
  calculateQParams,
} from "@octavo/observers";
import { denseStrides } from "@octavo/spec";
import type { QScheme, QuantizedDType } from "@octavo/spec";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

fc.configureGlobal({ seed: 20240229, numRuns: 100 });

const value = fc.float({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true });
const rows = fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 20 });
const batch = (table: number[][]) => ({ data: Float32Array.from(table.flat()), shape: [table.length, 3] });

const perTensor = [
  MinMaxObserver.withArgs(),
  MovingAverageMinMaxObserver.withArgs(),
  HistogramObserver.withArgs({ bins: 32 }),
];
const perChannel = [
  PerChannelMinMaxObserver.withArgs({ chAxis: 1 }),
  MovingAveragePerChannelMinMaxObserver.withArgs({ chAxis: -1, averagingConstant: 0.3 }),
];
const named = <T extends { className: string }>(factories: readonly T[]) =>
  factories.map((f) => [f.className, f] as const);

describe.each(named([...perTensor, ...perChannel]))("%s", (_, factory) => {
  const observed = (...batches: number[][][]) => {
    const observer = factory.create();
    for (const table of batches) observer.observe(batch(table));
    return observer;
  };

  it("does not mind the order of elements within a batch", () => {
    fc.assert(
      fc.property(rows, rows, (a, b) => {
        expect(observed(a, [...b].reverse()).stateDict()).toEqual(observed([...a].reverse(), b).stateDict());
      }),
    );
  });

  it("merges with one that saw nothing, either way, without a change", () => {
    fc.assert(
      fc.property(rows, (a) => {
        const [full, empty] = [observed(a), factory.create()];
        const state = full.stateDict();
        full.merge(factory.create());
        empty.merge(full);
        expect(full.stateDict()).toEqual(state);
        expect(empty.stateDict()).toEqual(state);
      }),
    );
  });

  it("keeps its state apart from that of the one it merged", () => {
    const [a, b] = [factory.create(), observed([[1, 2, 3]])];
    const state = b.stateDict();
    a.merge(b);
    a.observe(batch([[-9, 9, 99]]));
    expect(b.stateDict()).toEqual(state);
  });
});

describe("merge", () => {
  it.each(named([perTensor[0], perChannel[0]]))("of %s is observing both", (_, factory) => {
    fc.assert(
      fc.property(rows, rows, (a, b) => {
        const [one, other, both] = [factory.create(), factory.create(), factory.create()];
        one.observe(batch(a));
        other.observe(batch(b));
        both.observe(batch(a));
        both.observe(batch(b));
        one.merge(other);
        expect(one.stateDict()).toEqual(both.stateDict());
      }),
    );
  });

  it("of HistogramObserver keeps every count, and moves none by more than a bin", () => {
    fc.assert(
      fc.property(rows, rows, (a, b) => {
        const [one, other, both] = [0, 0, 0].map(() => new HistogramObserver({ bins: 64 }));
        one.observe(batch(a));
        other.observe(batch(b));
        both.observe(batch([...a, ...b]));
        one.merge(other);
        expect([one.minVal, one.maxVal]).toEqual([both.minVal, both.maxVal]);
        const merged = cumulative(one.histogram);
        const joint = cumulative(both.histogram);
        expect(merged[63]).toBeCloseTo(3 * (a.length + b.length), 3);
        for (let bin = 0; bin < 64; bin++) {
          expect(merged[bin]).toBeGreaterThan((joint[bin - 2] ?? 0) - 1e-3);
          expect(merged[bin]).toBeLessThan((joint[bin + 2] ?? joint[63]) + 1e-3);
        }
      }),
    );
  });

  it("of RecordingObserver appends", () => {
    const [a, b] = [new RecordingObserver(), new RecordingObserver()];
    a.observe({ data: [1], shape: [1] });
    b.observe({ data: [2], shape: [1] });
    a.merge(b);
    expect(a.getTensorValue().map(({ data }) => [...data])).toEqual([[1], [2]]);
  });
});

describe("memory format", () => {
  const sizes = fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 4 })));
  it("does not change what belongs to a channel", () => {
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: -4, max: 3 }),
        fc.infiniteStream(value),
        (shape, chAxis, values) => {
          const data = Float32Array.from(
            { length: shape.reduce((a, b) => a * b) },
            () => values.next().value as number,
          );
          const [contiguous, channelsLast] = [0, 0].map(() => new PerChannelMinMaxObserver({ chAxis }));
          contiguous.observe({ data, shape });
          channelsLast.observe({ data: toChannelsLast(data, shape), shape, memoryFormat: "channelsLast" });
          expect(channelsLast.stateDict()).toEqual(contiguous.stateDict());
          expect(contiguous.minVal).toEqual(minimaOf(data, shape, chAxis));
        },
      ),
    );
  });
});

describe("calculateQParams", () => {
  const range = fc.tuple(value, value).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const dtype = fc.constantFrom<QuantizedDType>("quint8", "qint8");
  const scheme = fc.constantFrom<QScheme>("perTensorAffine", "perTensorSymmetric");

  it("covers the range to half a step, with an integer for 0", () => {
    fc.assert(
      fc.property(range, dtype, scheme, fc.boolean(), ([min, max], dtype, qscheme, reduceRange) => {
        const {
          scale: [scale],
          zeroPoint: [zeroPoint],
          quantMin,
          quantMax,
        } = calculateQParams({ min, max, dtype, qscheme, reduceRange });
        expect(Number.isInteger(zeroPoint) && zeroPoint >= quantMin && zeroPoint <= quantMax).toBe(true);
        expect((quantMin - zeroPoint) * scale).toBeLessThanOrEqual(min + 0.501 * scale);
        expect((quantMax - zeroPoint) * scale).toBeGreaterThanOrEqual(max - 0.501 * scale);
      }),
    );
  });

  it("follows a range that grows by a power of two", () => {
    const wide = range.filter(([min, max]) => max - min > 1e-3);
    fc.assert(
      fc.property(wide, dtype, scheme, ([min, max], dtype, qscheme) => {
        const one = calculateQParams({ min, max, dtype, qscheme });
        const four = calculateQParams({ min: 4 * min, max: 4 * max, dtype, qscheme });
        expect(four.scale[0]).toBe(4 * one.scale[0]);
        expect(four.zeroPoint).toEqual(one.zeroPoint);
      }),
    );
  });

  it("treats each channel as a tensor of its own", () => {
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 9 }), dtype, (ranges, dtype) => {
        const [min, max] = [ranges.map(([low]) => low), ranges.map(([, high]) => high)];
        const channels = calculateQParams({ min, max, dtype, qscheme: "perChannelAffine", axis: 1 });
        const tensors = ranges.map(([min, max]) =>
          calculateQParams({ min, max, dtype, qscheme: "perTensorAffine" }),
        );
        expect([...channels.scale]).toEqual(tensors.map(({ scale }) => scale[0]));
        expect([...channels.zeroPoint]).toEqual(tensors.map(({ zeroPoint }) => zeroPoint[0]));
        expect(channels.axis).toBe(1);
      }),
    );
  });

  it("makes quint8 symmetric the shifted qint8 symmetric, with a reduced range too", () => {
    fc.assert(
      fc.property(range, fc.boolean(), ([min, max], reduceRange) => {
        const options = { min, max, qscheme: "perTensorSymmetric", reduceRange } as const;
        const signed = calculateQParams({ ...options, dtype: "qint8" });
        const unsigned = calculateQParams({ ...options, dtype: "quint8" });
        expect(unsigned.scale).toEqual(signed.scale);
        expect(unsigned.zeroPoint[0] - unsigned.quantMin).toBe(signed.zeroPoint[0] - signed.quantMin);
      }),
    );
  });
});

describe("HistogramObserver", () => {
  const normal = fc
    .noShrink(fc.array(fc.tuple(value, value, value), { minLength: 200, maxLength: 200 }))
    .map((rows) => Float32Array.from(rows, (row) => row.reduce((a, b) => a + b) / 1e6));

  it("finds the same part of the range at any power of two, however small or large", () => {
    fc.assert(
      fc.property(normal, fc.integer({ min: -90, max: 90 }), (data, exponent) => {
        const options = { eps: 2 ** -126 };
        const [one, scaled] = [new HistogramObserver(options), new HistogramObserver(options)];
        one.observe({ data, shape: [data.length] });
        scaled.observe({ data: data.map((x) => x * 2 ** exponent), shape: [data.length] });
        const [a, b] = [one.calculateQParams(), scaled.calculateQParams()];
        expect(b.scale[0]).toBe(a.scale[0] * 2 ** exponent);
        expect(b.zeroPoint).toEqual(a.zeroPoint);
      }),
      { numRuns: 25 },
    );
  });

  it("clips an outlier more the fewer levels there are", () => {
    const data = Float32Array.from({ length: 4001 }, (_, i) =>
      i === 4000 ? 40 : Math.sin(i) + Math.sin(i * 0.7),
    );
    const widths = [255, 127, 15, 3].map((quantMax) => {
      const observer = new HistogramObserver({ quantMin: 0, quantMax });
      observer.observe({ data, shape: [data.length] });
      return observer.calculateQParams().scale[0] * quantMax;
    });
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    expect(widths[3]).toBeLessThan(0.5 * widths[0]);
  });

  it("counts a constant beyond the reach of float32's integers", () => {
    const observer = new HistogramObserver({ bins: 4 });
    observer.observe({ data: [2 ** 40, 2 ** 40], shape: [2] });
    expect([...observer.histogram]).toEqual([0, 0, 2, 0]);
    observer.observe({ data: [0], shape: [1] });
    expect([...observer.histogram]).toEqual([1, 0, 0, 2]);
  });
});

function cumulative(counts: Float32Array): number[] {
  let sum = 0;
  return Array.from(counts, (count) => (sum += count));
}

/** Multi-indices of a shape, row-major. */
function* indices(shape: readonly number[]): Generator<number[]> {
  const [size, ...rest] = shape;
  if (size === undefined) return yield [];
  for (let i = 0; i < size; i++) for (const tail of indices(rest)) yield [i, ...tail];
}

function toChannelsLast(data: Float32Array, shape: readonly number[]): Float32Array {
  const strides = denseStrides(shape, "channelsLast");
  const moved = new Float32Array(data.length);
  let from = 0;
  for (const index of indices(shape))
    moved[index.reduce((sum, i, axis) => sum + i * strides[axis], 0)] = data[from++];
  return moved;
}

function minimaOf(data: Float32Array, shape: readonly number[], chAxis: number): Float32Array {
  const axis = chAxis < 0 ? chAxis + shape.length : chAxis;
  const minima = new Float32Array(shape[axis]).fill(Infinity);
  let from = 0;
  for (const index of indices(shape)) minima[index[axis]] = Math.min(minima[index[axis]], data[from++]);
  return minima;
}

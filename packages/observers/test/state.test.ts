import {
  FixedQParamsObserver,
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  MovingAveragePerChannelMinMaxObserver,
  NoopObserver,
  PerChannelMinMaxObserver,
  PlaceholderObserver,
  RecordingObserver,
  ReuseInputObserver,
} from "@octavo/observers";
import { describe, expect, it } from "vitest";

const batches = [
  { data: [-1, 0.5, 2, 1.25], shape: [2, 2] },
  { data: [-3, 0.5, 5, 1.5], shape: [2, 2] },
];

const factories = [
  MinMaxObserver.withArgs({ dtype: "qint8", eps: 2 ** -12 }),
  MovingAverageMinMaxObserver.withArgs(),
  PerChannelMinMaxObserver.withArgs({ chAxis: -1 }),
  MovingAveragePerChannelMinMaxObserver.withArgs(),
  HistogramObserver.withArgs({ bins: 16 }),
  FixedQParamsObserver.withArgs({ scale: 0.1, zeroPoint: 3, dtype: "qint32" }),
];

describe.each(factories.map((factory) => [factory.className, factory] as const))(
  "state of %s",
  (_, factory) => {
    it("comes back whole", () => {
      const observer = factory.create();
      for (const batch of batches) observer.observe(batch);
      const other = factory.create();
      other.loadStateDict(observer.stateDict());
      expect(other.stateDict()).toEqual(observer.stateDict());
      const { axis: _given, ...qparams } = observer.calculateQParams();
      expect(other.calculateQParams()).toMatchObject(qparams);
    });

    it("is a copy", () => {
      const observer = factory.create();
      observer.observe(batches[0]);
      const state = observer.stateDict();
      const kept = structuredClone(state);
      observer.observe(batches[1]);
      expect(state).toEqual(kept);
    });

    it("comes back from an observer that saw nothing", () => {
      const observer = factory.create();
      observer.observe(batches[0]);
      observer.loadStateDict(factory.create().stateDict());
      expect(observer.stateDict()).toEqual(factory.create().stateDict());
    });
  },
);

describe("names and shapes are torch's", () => {
  const shapesOf = (state: object) =>
    Object.fromEntries(Object.entries(state).map(([name, { shape }]) => [name, shape]));

  it("per tensor", () => {
    expect(shapesOf(new MinMaxObserver().stateDict())).toEqual({ eps: [1], min_val: [], max_val: [] });
    const histogram = new HistogramObserver({ bins: 9 }).stateDict();
    expect(shapesOf(histogram)).toEqual({ eps: [1], histogram: [9], min_val: [], max_val: [] });
  });

  it("per channel", () => {
    const observer = new PerChannelMinMaxObserver();
    expect(shapesOf(observer.stateDict())).toEqual({ eps: [1], min_val: [0], max_val: [0] });
    observer.observe(batches[0]);
    expect(shapesOf(observer.stateDict())).toEqual({ eps: [1], min_val: [2], max_val: [2] });
  });

  it("of observers without range", () => {
    const fixed = new FixedQParamsObserver({ scale: 1, zeroPoint: 0 });
    expect(shapesOf(fixed.stateDict())).toEqual({ scale: [1], zero_point: [1] });
    for (const observer of [
      new NoopObserver(),
      new PlaceholderObserver(),
      new RecordingObserver(),
      new ReuseInputObserver(),
    ]) {
      observer.observe(batches[0]);
      expect(observer.stateDict()).toEqual({});
      observer.loadStateDict({});
    }
  });
});

describe("toString is torch's repr", () => {
  it("before and after data", () => {
    const observer = new MovingAverageMinMaxObserver();
    expect(String(observer)).toBe("MovingAverageMinMaxObserver(min_val=inf, max_val=-inf)");
    for (const batch of batches) observer.observe(batch);
    expect(String(observer)).toBe(
      "MovingAverageMinMaxObserver(min_val=-1.0199999809265137, max_val=2.0299999713897705)",
    );
    const histogram = new HistogramObserver();
    histogram.observe(batches[0]);
    expect(String(histogram)).toBe("HistogramObserver(min_val=-1.0, max_val=2.0)");
    histogram.reset();
    histogram.observe({ data: Float32Array.of(-(2 ** -20), 2 ** 60), shape: [2] });
    expect(String(histogram)).toBe(
      "HistogramObserver(min_val=-9.5367431640625e-07, max_val=1.152921504606847e+18)",
    );
  });

  it("per channel, cut after eight", () => {
    const observer = new PerChannelMinMaxObserver();
    expect(String(observer)).toBe("PerChannelMinMaxObserver(min_val=tensor([]), max_val=tensor([]))");
    observer.observe({ data: Array.from({ length: 10 }, (_, i) => i / 3), shape: [10, 1] });
    expect(String(observer)).toMatch(/min_val=tensor\(\[0.0, 0.33333, .*, 2.3333, … 10 in all\]\), max_val/);
  });

  it("of fixed qparams", () => {
    const fixed = new FixedQParamsObserver({ scale: 1 / 256, zeroPoint: 0 });
    expect(String(fixed)).toBe("FixedQParamsObserver(scale=0.00390625, zero_point=0)");
  });
});

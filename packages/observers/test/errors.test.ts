import {
  FixedQParamsObserver,
  HistogramObserver,
  MinMaxObserver,
  MovingAverageMinMaxObserver,
  NoopObserver,
  PerChannelMinMaxObserver,
  PlaceholderObserver,
  RecordingObserver,
  calculateQParams,
  onWarning,
  quantRange,
} from "@octavo/observers";
import { ArgumentError, DTypeError, FormatError, QuantizationError, ShapeError } from "@octavo/spec";
import { afterEach, describe, expect, it, vi } from "vitest";

const ones = (...shape: number[]) => ({
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
  shape,
});

describe("bad data", () => {
  it("names the observer, the batch and the channel of a value that is not finite", () => {
    const observer = new PerChannelMinMaxObserver();
    observer.name = "features.0 (Conv2d)";
    observer.observe(ones(2, 2));
    const bad = { data: [1, 2, 3, NaN], shape: [2, 2] };
    expect(() => observer.observe(bad)).toThrow(QuantizationError);
    expect(() => observer.observe(bad)).toThrow(
      /^features.0 \(Conv2d\) \(batch 3\): expected finite values, got NaN in channel 1\.\n/,
    );
  });

  it.each([
    ["MinMaxObserver", new MinMaxObserver()],
    ["MovingAverageMinMaxObserver", new MovingAverageMinMaxObserver()],
    ["HistogramObserver", new HistogramObserver({ bins: 8 })],
  ])("%s keeps its state when it refuses a batch", (name, observer) => {
    observer.observe({ data: [-1, 2], shape: [2] });
    const before = observer.stateDict();
    expect(() => observer.observe({ data: [5, -Infinity], shape: [2] })).toThrow(
      `${name} (batch 2): expected finite`,
    );
    expect(observer.stateDict()).toEqual(before);
  });

  it("refuses what is no float tensor", () => {
    const observer = new MinMaxObserver();
    const quantized = { data: Uint8Array.of(1, 2), shape: [2], dtype: "quint8" };
    expect(() => observer.observe(quantized)).toThrow(DTypeError);
    expect(() => observer.observe(quantized)).toThrow(/expected a float32 tensor, got quint8/);
    expect(() => observer.observe({ data: [1, 2, 3], shape: [2, 2] })).toThrow(
      /expected 4 elements for shape \(2, 2\), got 3/,
    );
    expect(() => observer.observe([1, 2] as never)).toThrow(ShapeError);
  });

  it.each([
    new MinMaxObserver(),
    new MovingAverageMinMaxObserver(),
    new PerChannelMinMaxObserver(),
    new HistogramObserver({ bins: 8 }),
  ])("%s refuses what is no tensor, and other numbers", (observer) => {
    for (const [given, got] of [
      [null, "null"],
      [undefined, "undefined"],
      [{}, "Object"],
    ])
      expect(() => observer.observe(given as never)).toThrow(
        new RegExp(`expected a tensor { data, shape }, got ${got as string}\\.`),
      );
    for (const [data, got] of [
      [BigInt64Array.of(1n, 2n), "bigint 1 at 0 of BigInt64Array"],
      [[1, 2n], "bigint 2 at 1 of Array"],
      [[null, 1], "object null at 0 of Array"],
      [["1", 2], 'string "1" at 0 of Array'],
      [[[1], [2]], "object Array at 0 of Array"],
    ]) {
      const given = { data, shape: [2, 1] } as never;
      expect(() => observer.observe(given)).toThrow(DTypeError);
      expect(() => observer.observe(given)).toThrow(`expected numbers, got ${got as string}.`);
    }
  });

  it("refuses torch's names of memory formats", () => {
    const image = { ...ones(1, 2, 2, 2), memoryFormat: "channels_last" as never };
    for (const observer of [new PerChannelMinMaxObserver({ chAxis: 1 }), new RecordingObserver()]) {
      expect(() => observer.observe(image)).toThrow(ArgumentError);
      expect(() => observer.observe(image)).toThrow(
        "expected memory format contiguous, channelsLast, got channels_last.",
      );
    }
  });

  it.each([-1, 0, NaN, 1e-50, "1"])("refuses an eps of %s before it watches", (eps) => {
    for (const Observer of [MinMaxObserver, HistogramObserver, PerChannelMinMaxObserver, PlaceholderObserver])
      expect(() => new Observer({ eps: eps as number })).toThrow(
        `${Observer.className}: expected a positive eps, got ${eps}.`,
      );
  });

  it("refuses a reduceRange that is neither true nor false", () => {
    expect(() => new MinMaxObserver({ reduceRange: "yes" as never })).toThrow(
      'MinMaxObserver: expected reduceRange true or false, got "yes".',
    );
  });

  it("refuses axes that the tensor does not have", () => {
    expect(() => new PerChannelMinMaxObserver({ chAxis: 2 }).observe(ones(2, 3))).toThrow(
      /PerChannelMinMaxObserver \(batch 1\): expected an axis from -2 to 1, got .*2/,
    );
    expect(() => new PerChannelMinMaxObserver().observe(ones(3))).toThrow(
      /expected a tensor of rank 2 or more/,
    );
  });

  it("refuses another number of channels", () => {
    const observer = new PerChannelMinMaxObserver();
    observer.observe(ones(3, 2));
    expect(() => observer.observe(ones(4, 2))).toThrow(/expected 3 channels, as before, got 4/);
  });

  it("refuses ranges that float32 cannot divide", () => {
    expect(() => new HistogramObserver().observe({ data: [-2e38, 1e38], shape: [2] })).toThrow(
      /a range that 2048 bins can divide/,
    );
    expect(() =>
      calculateQParams({ min: -3e38, max: 3e38, dtype: "qint8", qscheme: "perTensorSymmetric" }),
    ).toThrow(/finite in float32/);
  });

  it("accepts numbers of any array, and a batch without elements", () => {
    const observer = new MinMaxObserver();
    observer.observe({ data: Float64Array.of(0.1, 3), shape: [2] });
    observer.observe({ data: [], shape: [0, 4] });
    expect([observer.minVal[0], observer.maxVal[0]]).toEqual([Math.fround(0.1), 3]);
  });
});

describe("bad arguments", () => {
  it.each([
    [
      "a misspelt option",
      () => new MinMaxObserver({ reduce_range: true } as object),
      /options dtype, .*, got reduce_range/,
    ],
    [
      "a scheme of the other kind",
      () => new MinMaxObserver({ qscheme: "perChannelAffine" }),
      /perTensorAffine or perTensorSymmetric/,
    ],
    [
      "a per-tensor scheme",
      () => new PerChannelMinMaxObserver({ qscheme: "perTensorAffine" }),
      /expected qscheme perChannel/,
    ],
    ["a broken axis", () => new PerChannelMinMaxObserver({ chAxis: 0.5 }), /an integer chAxis, got 0.5/],
    [
      "an unknown dtype",
      () => new MinMaxObserver({ dtype: "int4" as never }),
      /dtype quint8, qint8, qint32, quint4x2, got int4/,
    ],
    [
      "an averaging constant of 0",
      () => new MovingAverageMinMaxObserver({ averagingConstant: 0 }),
      /above 0 and at most 1, got 0/,
    ],
    [
      "a dynamic average",
      () => new MovingAverageMinMaxObserver({ isDynamic: true }),
      /averagingConstant 1 with isDynamic/,
    ],
    ["no bins", () => new HistogramObserver({ bins: 0 }), /a positive number of bins, got 0/],
    ["a dynamic histogram", () => new HistogramObserver({ isDynamic: true }), /isDynamic false/],
    [
      "a fixed scale of 0",
      () => new FixedQParamsObserver({ scale: 0, zeroPoint: 0 }),
      /a positive scale, got 0/,
    ],
    [
      "a zero point outside",
      () => new FixedQParamsObserver({ scale: 1, zeroPoint: 256 }),
      /an integer zeroPoint in 0\.\.255/,
    ],
    ["a missing scale", () => new FixedQParamsObserver({} as never), /a positive scale, got NaN/],
    [
      "fractions",
      () => quantRange({ dtype: "quint8", quantMin: 0, quantMax: 7.5 }),
      /integers for quantMin and quantMax/,
    ],
    [
      "no options",
      () => quantRange(undefined as never),
      /^quantRange: expected options dtype, quantMin, quantMax, reduceRange, where, got none\./,
    ],
    [
      "a dtype in their place",
      () => quantRange("qint8" as never),
      /^quantRange: .*, got "qint8"\.\nOptions are/,
    ],
    ["no dtype", () => quantRange({} as never), /^quantRange: expected dtype quint8, .*, got undefined/],
    [
      "an option that there is not",
      () => quantRange({ dtype: "qint8", reducedRange: true } as never),
      /^quantRange: expected options .*, got reducedRange\./,
    ],
    [
      "an unknown scheme",
      () => calculateQParams({ min: 0, max: 1, dtype: "qint8", qscheme: "x" as never }),
      /expected qscheme per/,
    ],
    [
      "lists of two lengths",
      () => calculateQParams({ min: [0, 0], max: [1], dtype: "qint8", qscheme: "perChannelAffine" }),
      /2 and 1/,
    ],
    [
      "an eps of 0",
      () => calculateQParams({ min: 0, max: 1, dtype: "qint8", qscheme: "perTensorAffine", eps: 0 }),
      /a positive eps, got 0/,
    ],
    [
      "many ranges per tensor",
      () => calculateQParams({ min: [0, 0], max: [1, 1], dtype: "qint8", qscheme: "perTensorAffine" }),
      /one range/,
    ],
  ])("%s", (_, act, message) => {
    expect(act).toThrow(ArgumentError);
    expect(act).toThrow(message);
  });

  it("merges only with its own kind", () => {
    expect(() => new MinMaxObserver().merge(new NoopObserver())).toThrow(
      /MinMaxObserver: merge: expected a MinMaxObserver of quint8 .*, got a NoopObserver of float16/,
    );
    expect(() => new HistogramObserver().merge(new HistogramObserver({ bins: 4 }))).toThrow(
      /expected 2048 bins, got 4/,
    );
  });

  it("merges only what makes the same integers", () => {
    const other = new MinMaxObserver({ dtype: "qint8" });
    other.observe(ones(2));
    expect(() => new MinMaxObserver().merge(other)).toThrow(ArgumentError);
    expect(() => new MinMaxObserver().merge(other)).toThrow(
      "expected a MinMaxObserver of quint8 0..255, perTensorAffine, got a MinMaxObserver of qint8 -128..127, perTensorAffine.",
    );
    expect(() => new MinMaxObserver().merge(null as never)).toThrow("got null.");
  });

  it("are refused where a factory is made", () => {
    expect(() => MinMaxObserver.withArgs({ foo: 1 } as object)).toThrow(/options dtype, .*, got foo\./);
    expect(() => MinMaxObserver.withArgs().with({ eps: -1 })).toThrow(/a positive eps, got -1/);
  });

  it("of calculateQParams are one object, with a range", () => {
    const calculate = calculateQParams as (options?: unknown) => unknown;
    expect(() => calculate()).toThrow("calculateQParams: expected options min, max, dtype");
    expect(() => calculate({ dtype: "quint8", qscheme: "perTensorAffine" })).toThrow(
      "calculateQParams: expected min and max, numbers or a list of them for channels, got undefined.",
    );
  });

  it("loads only its own state", () => {
    const observer = new MinMaxObserver();
    const { eps, min_val, max_val } = observer.stateDict();
    expect(() => observer.loadStateDict({ eps, min_val })).toThrow(FormatError);
    expect(() => observer.loadStateDict({ eps, min_val })).toThrow(
      /expected state eps, min_val, max_val, got eps, min_val/,
    );
    const long = { data: new Float32Array(2), shape: [2] };
    expect(() => observer.loadStateDict({ eps, min_val, max_val: long })).toThrow(
      /max_val: expected 1 elements, got 2 of shape \(2\)/,
    );
    expect(observer.stateDict()).toEqual({ eps, min_val, max_val });
  });
});

describe("warnings", () => {
  afterEach(() => {
    onWarning(null);
    vi.restoreAllMocks();
  });

  it("go to console.warn, each text once", () => {
    const print = vi.spyOn(console, "warn").mockImplementation(() => {});
    const observer = new HistogramObserver();
    observer.name = "a name that no other test uses";
    expect(observer.calculateQParams()).toMatchObject({
      scale: Float32Array.of(1),
      zeroPoint: Int32Array.of(0),
    });
    observer.calculateQParams();
    expect(print.mock.calls).toEqual([
      [expect.stringMatching(/^a name that no other test uses: .*scale 1 and zeroPoint 0/)],
    ]);
  });

  it("go to nothing but functions", () => {
    expect(() => onWarning("x" as never)).toThrow(ArgumentError);
    expect(() => onWarning("x" as never)).toThrow(
      'onWarning: expected a function of the message, or null, got "x".',
    );
  });

  it("go where onWarning says", () => {
    const messages: string[] = [];
    onWarning((message) => messages.push(message));
    new PerChannelMinMaxObserver().calculateQParams();
    new MinMaxObserver({ quantMin: 1 }).calculateQParams();
    expect(messages).toEqual([
      expect.stringMatching(/^PerChannelMinMaxObserver: calculateQParams was called before/),
      expect.stringMatching(/^MinMaxObserver: quantMin and quantMax count only together/),
      expect.stringMatching(/^MinMaxObserver: calculateQParams/),
    ]);
  });
});

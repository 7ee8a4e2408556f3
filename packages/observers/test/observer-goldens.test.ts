import * as observers from "@octavo/observers";
import { onWarning } from "@octavo/observers";
import type { HistogramObserver, Observer, ObserverFactory } from "@octavo/observers";
import { OctavoError, QuantizationError } from "@octavo/spec";
import type { TensorLike } from "@octavo/spec";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { torchOptions } from "./torch-options.ts";

const group = goldens("observers");
const isHistogram = (row: GoldenCase) => row.name.startsWith("Histogram/");
const isRange = (row: GoldenCase) => /^(MinMax|MovingAverage|PerChannel)/.test(row.name);
const isNonFinite = (row: GoldenCase) => /^MinMax\/(nan|inf)$|\/with-inf\//.test(row.name);
const others = group.cases.filter((row) => !isHistogram(row) && !isRange(row));
const named = (rows: readonly GoldenCase[]) => rows.map((row) => [row.name, row] as const);

type WithRange = Observer & {
  readonly minVal: number | Float32Array;
  readonly maxVal: number | Float32Array;
};

beforeAll(() => onWarning(() => {}));
afterAll(() => onWarning(null));

function create(row: GoldenCase, more: object = {}): WithRange {
  const kind = observers[row.args.observer as keyof typeof observers] as unknown as {
    withArgs(options: object): ObserverFactory<WithRange>;
  };
  return kind.withArgs({ ...torchOptions(row.args), ...more }).create();
}

const batchesOf = (row: GoldenCase) => Object.values(row.inputs) as unknown as TensorLike[];

/** A number, or the elements of a tensor, of an output. */
function valuesOf(row: GoldenCase, role: string): number[] {
  const entry = row.outputs[role];
  return typeof entry === "number" ? [entry] : Array.from(row.output(role).data as ArrayLike<number>);
}
const asList = (values: number | ArrayLike<number>) =>
  typeof values === "number" ? [values] : Array.from(values);

/** Feeds batch after batch, and compares what torch wrote down after each. */
function compareSteps(row: GoldenCase, observer: WithRange): number {
  const batches = batchesOf(row);
  const steps = batches.findIndex((_, i) => row.outputs[`min_${i}`] === undefined);
  for (let i = 0; i < (steps < 0 ? batches.length : steps); i++) {
    observer.observe(batches[i]);
    expect(asList(observer.minVal), `min_${i}`).toEqual(valuesOf(row, `min_${i}`));
    expect(asList(observer.maxVal), `max_${i}`).toEqual(valuesOf(row, `max_${i}`));
    if (row.outputs[`histogram_${i}`] !== undefined) {
      const { histogram } = observer as unknown as HistogramObserver;
      expect(histogram, `histogram_${i}`).toEqual(row.output(`histogram_${i}`).data);
    }
    if (row.outputs[`scale_${i}`] === undefined) continue;
    const { scale, zeroPoint } = observer.calculateQParams();
    expect([...scale], `scale_${i}`).toEqual(valuesOf(row, `scale_${i}`));
    expect([...zeroPoint], `zero_point_${i}`).toEqual(valuesOf(row, `zero_point_${i}`));
  }
  return steps;
}

describe.skipIf(group.absent)(group.title, () => {
  it("covers every case", () => {
    const rest = ["FixedQParams", "Noop", "Placeholder", "Recording", "ReuseInput", "reset"];
    expect([...new Set(others.map((row) => row.name.split("/")[0]))].sort()).toEqual(rest);
    expect(group.cases.length).toBeGreaterThanOrEqual(189);
  });

  const finite = group.cases.filter((row) => (isRange(row) || isHistogram(row)) && !isNonFinite(row));
  it.each(named(finite))("%s", (_, row) => {
    const observer = create(row, isHistogram(row) ? { torchCompat: true } : {});
    expect([observer.quantMin, observer.quantMax]).toEqual([
      row.number("effective_quant_min"),
      row.number("effective_quant_max"),
    ]);
    const failing = compareSteps(row, observer);
    expect(failing >= 0).toBe(row.errors.error !== undefined);
    if (failing >= 0) expect(() => observer.observe(batchesOf(row)[failing])).toThrow(OctavoError);
  });

  it.each(named(group.cases.filter(isNonFinite)))("%s: an error, where torch goes on", (_, row) => {
    const observer = create(row);
    const before = observer.stateDict();
    expect(() => observer.observe(batchesOf(row)[0])).toThrow(QuantizationError);
    expect(observer.stateDict()).toEqual(before);
  });

  it.each(named(others.filter((row) => row.name.startsWith("FixedQParams/"))))("%s", (name, row) => {
    const [scale, zeroPoint] = [row.outputs.scale, row.outputs.zero_point] as number[];
    const range = name === "FixedQParams/own" ? { quantMin: -128, quantMax: 127 } : {}; // torch: 0..255, for a qint8
    const observer = create(row, { scale, zeroPoint, ...range });
    observer.observe(batchesOf(row)[0]);
    expect(observer.calculateQParams()).toMatchObject({
      scale: Float32Array.of(scale),
      zeroPoint: Int32Array.of(zeroPoint),
      ...range,
    });
  });

  const passive = others.filter((row) => /^(Placeholder|Noop|Recording|ReuseInput)/.test(row.name));
  it.each(named(passive))("%s", (_, row) => {
    const { is_dynamic: isDynamic, quant_min: quantMin, quant_max: quantMax, count } = row.outputs;
    const range = quantMin === undefined || quantMin === null ? {} : { quantMin, quantMax };
    const observer = create(row, isDynamic === undefined ? {} : { isDynamic, ...range });
    for (const batch of batchesOf(row)) observer.observe(batch);
    expect(String(observer)).toBe(row.texts.repr);
    expect(() => observer.calculateQParams()).toThrow(QuantizationError);
    if (count !== undefined) {
      const seen = (observer as unknown as observers.RecordingObserver).getTensorValue();
      expect(seen.map(({ data, shape }) => ({ data, shape }))).toEqual(
        [row.output("value_0"), row.output("value_1")].map(({ data, shape }) => ({ data, shape })),
      );
    }
  });

  it.each(named(others.filter((row) => row.name.startsWith("reset/"))))("%s", (_, row) => {
    const observer = create(row);
    observer.observe(batchesOf(row)[0]);
    observer.reset();
    expect(asList(observer.minVal)).toEqual(valuesOf(row, "min"));
    expect(asList(observer.maxVal)).toEqual(valuesOf(row, "max"));
  });

  // Where quantMin..quantMax is the dtype's range, both searches take the same number of levels; ours works in units of
  // a bin, so it differs from torch's only where float32 loses torch's errors (very-tiny).
  const fullRange = group.cases.filter(
    (row) =>
      isHistogram(row) &&
      !isNonFinite(row) &&
      row.number("effective_quant_max") - row.number("effective_quant_min") === 255 &&
      !row.name.includes("/very-tiny/"),
  );
  it.each(named(fullRange))("%s without torchCompat", (_, row) => {
    compareSteps(row, create(row));
  });
});

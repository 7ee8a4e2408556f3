import { describe, expect, it } from "vitest";
import { HistogramObserver } from "./histogram-observer.ts";
import { MinMaxObserver } from "./min-max-observer.ts";
import type { ObserverFactory } from "./observer-factory.ts";
import { ReuseInputObserver } from "./reuse-input-observer.ts";

describe("observer factories", () => {
  it("make independent observers with their options", () => {
    const factory = MinMaxObserver.withArgs({ quantMin: 0, quantMax: 127 });
    const [a, b] = [factory.create(), factory.create()];
    a.observe({ data: [1, 2], shape: [2] });
    expect(a).toBeInstanceOf(MinMaxObserver);
    expect(a.quantMax).toBe(127);
    expect(b.maxVal[0]).toBe(-Infinity);
  });

  it("are frozen data", () => {
    const options = { reduceRange: true, eps: undefined };
    const factory = MinMaxObserver.withArgs(options);
    options.reduceRange = false;
    expect(factory.options).toEqual({ reduceRange: true });
    expect(Object.isFrozen(factory) && Object.isFrozen(factory.options)).toBe(true);
    expect(JSON.stringify(factory)).toBe('{"className":"MinMaxObserver","options":{"reduceRange":true}}');
  });

  it("derive others", () => {
    const factory = HistogramObserver.withArgs({ bins: 64 }).with({ reduceRange: true });
    expect(factory.options).toEqual({ bins: 64, reduceRange: true });
    expect(factory.create().quantMax).toBe(127);
  });

  it("fit in one list, whatever their class", () => {
    const factories: ObserverFactory[] = [MinMaxObserver.withArgs(), HistogramObserver.withArgs({ bins: 8 })];
    expect(factories.map((factory) => String(factory.create()))).toEqual([
      "MinMaxObserver(min_val=inf, max_val=-inf)",
      "HistogramObserver(min_val=inf, max_val=-inf)",
    ]);
  });

  it("are equal when class and options are, in any order", () => {
    const factory = MinMaxObserver.withArgs({ quantMin: 0, quantMax: 127 });
    expect(factory.equals(MinMaxObserver.withArgs({ quantMax: 127, quantMin: 0 }))).toBe(true);
    expect(factory.equals(MinMaxObserver.withArgs({ quantMax: 126, quantMin: 0 }))).toBe(false);
    expect(factory.equals(HistogramObserver.withArgs({ quantMin: 0, quantMax: 127 }))).toBe(false);
    expect(factory.equals(null)).toBe(false);
  });

  it("print as the call that made them", () => {
    expect(String(MinMaxObserver.withArgs({ dtype: "qint8" }))).toBe(
      'MinMaxObserver.withArgs({"dtype":"qint8"})',
    );
    expect(String(ReuseInputObserver.withArgs())).toBe("ReuseInputObserver.withArgs()");
  });
});

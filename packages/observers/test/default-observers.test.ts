import * as observers from "@octavo/observers";
import type { Observer, ObserverFactory } from "@octavo/observers";
import { goldens } from "@octavo/testing";
import type { GoldenValue } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import { torchOptions } from "./torch-options.ts";

type Row = Readonly<Record<string, GoldenValue>>;
interface NamedRow {
  readonly class: string;
  readonly args: Row;
  readonly instance: Row;
}

const defaults = goldens("defaults");
const exported = observers as unknown as Record<string, unknown>;

function table<T>(name: string, role: string): [string, T][] {
  const row = defaults.cases.find((row) => row.name === name);
  return row ? Object.entries(row.tables[role] as unknown as Record<string, T>) : [];
}

/** `default_fixed_qparams_range_0to1_observer` → `defaultFixedQParamsRange0To1Observer` */
function camelCase(name: string): string {
  return name
    .replace(/(?<=\d)to(?=\d)|(?<=neg\d)to(?=\d)/, "_to_")
    .replace("4bit", "4_bit")
    .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    .replace("Qparams", "QParams");
}

/** What torch wrote down about an instance, where this package has a counterpart. */
function expectInstance(observer: Observer, instance: Row): void {
  const { chAxis, ...expected } = torchOptions(instance);
  expect(observer.className).toBe(instance.class);
  expect(observer).toMatchObject({ ...expected, axis: chAxis ?? null });
}

describe.skipIf(defaults.absent)(defaults.title, () => {
  const named = table<NamedRow>("named-observers", "observers");
  it.each(named)("%s", (name, row) => {
    const factory = exported[camelCase(name)] as ObserverFactory;
    expect(factory, camelCase(name)).toBeDefined();
    expect(factory.className).toBe(row.class);
    expect(factory.options).toEqual(torchOptions(row.args));
    expectInstance(factory.create(), row.instance);
  });

  it("knows every factory of this package", () => {
    const ours = Object.keys(exported).filter((name) =>
      /^(default|.*weight|.*Weight).*(Observer|127|Bit)/.test(name),
    );
    expect(ours.sort()).toEqual(named.map(([name]) => camelCase(name)).sort());
  });

  const classes = table<Row | string>("observer-class-defaults", "classes").filter(
    (entry): entry is [string, Row] => typeof entry[1] !== "string" && entry[0] in exported,
  );
  it.each(classes)("%s()", (name, instance) => {
    const kind = exported[name] as { new (): Observer };
    expectInstance(new kind(), instance);
  });

  it("has a class for each that torch can make without arguments", () => {
    expect(classes.map(([name]) => name).sort()).toEqual([
      "HistogramObserver",
      "MinMaxObserver",
      "MovingAverageMinMaxObserver",
      "MovingAveragePerChannelMinMaxObserver",
      "NoopObserver",
      "PerChannelMinMaxObserver",
      "PlaceholderObserver",
      "RecordingObserver",
      "ReuseInputObserver",
    ]);
  });
});

import { loadKernels } from "@octavo/backend";
import type { TypedArray } from "@octavo/spec";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { beforeAll, describe, expect, test } from "vitest";

import { Session } from "../src/index.ts";
import { channelsLastWeight, ProgramBuilder } from "./program-builder.ts";
import type { ValueParts } from "./program-builder.ts";

const group = goldens("quantized-ops");

beforeAll(() => loadKernels({ use: "reference" }));

type Attributes = Record<string, number | boolean | string | readonly number[]>;

/** Arguments of torch by the names that programs have. */
const attributeNames: Record<string, string> = {
  stride: "stride",
  padding: "padding",
  dilation: "dilation",
  groups: "groups",
  output_padding: "outputPadding",
  kernel_size: "kernel",
  output_size: "outputSize",
  ceil_mode: "ceilMode",
  count_include_pad: "countIncludePad",
  divisor_override: "divisor",
};

function attributesOf({ args }: GoldenCase, ...except: string[]): Attributes {
  const known = Object.entries(args).filter(
    ([name, value]) => name in attributeNames && value !== null && !except.includes(name),
  );
  return Object.fromEntries(known.map(([name, value]) => [attributeNames[name], value as number]));
}

const valueOf = (row: GoldenCase, role: string, shape: readonly number[]): ValueParts => ({
  shape,
  scale: row.number(`${role}_scale`),
  zeroPoint: row.number(`${role}_zero_point`),
});

/** Weights with their scales and bias, as constants of `conv` and `linear`. */
function layerConstants(row: GoldenCase) {
  const w = row.input("w");
  const { data, shape } = channelsLastWeight(w.data as Int8Array, w.shape);
  const scale = "w_scale" in row.inputs ? row.floats("w_scale") : Float32Array.of(row.number("w_scale"));
  const bias = "bias" in row.inputs ? row.floats("bias") : null;
  return {
    weight: ["qint8", shape, data] as const,
    weightScale: ["float32", [scale.length], scale] as const,
    ...(bias && { bias: ["float32", [bias.length], bias] as const }),
  };
}

function run(
  net: ProgramBuilder,
  output: number,
  inputs: Record<string, { data: TypedArray; shape: readonly number[] }>,
): TypedArray {
  using session = new Session(net.build(output));
  return Object.values(session.run(inputs))[0].data;
}

function runLayer(op: string, row: GoldenCase, attributes: Attributes, extra: Attributes = {}): number[] {
  const net = new ProgramBuilder();
  const memoryFormat = op === "linear" ? ("contiguous" as const) : undefined;
  const x = net.input("x", { ...valueOf(row, "x", row.input("x").shape), memoryFormat });
  const low: Attributes = row.args.relu ? { low: row.number("y_zero_point") } : {};
  const y = net.op(
    op,
    [x],
    { ...valueOf(row, "y", row.output("y_rule").shape), memoryFormat },
    { ...attributes, ...low, ...extra },
    layerConstants(row),
  );
  return [...(run(net, y, { x: row.input("x") }) as Uint8Array)];
}

const layers: [prefix: string, op: string, smallest: number][] = [
  ["conv1d/", "conv", 8],
  ["conv2d/", "conv", 40],
  ["conv3d/", "conv", 8],
  ["linear/", "linear", 20],
  ["conv_transpose1d/", "convTranspose", 1],
  ["conv_transpose2d/", "convTranspose", 3],
  ["conv_transpose3d/", "convTranspose", 1],
];

describe.skipIf(group.absent)(group.title, () => {
  describe.each(layers)("%s as %s", (prefix, op, smallest) => {
    const rows = group.select(prefix);
    test("cases are there", () => expect(rows.length).toBeGreaterThanOrEqual(smallest));
    test.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
      expect(runLayer(op, row, attributesOf(row))).toEqual(row.integers("y_rule"));
    });
  });

  test("qnnpack's integers, by torchEngine, wherever its int32 bias does not overflow", () => {
    let compared = 0;
    let otherThanRule = 0;
    for (const [prefix, op] of layers.slice(0, 4)) {
      for (const row of group.select(prefix).filter((row) => "y_qnnpack" in row.outputs)) {
        const actual = runLayer(op, row, attributesOf(row), { torchEngine: "qnnpack" });
        const expected = row.integers("y_qnnpack");
        const rule = row.integers("y_rule");
        const { shape } = row.output("y_rule");
        const channels = op === "linear" ? shape[shape.length - 1] : shape[1];
        const inner = op === "linear" ? 1 : shape.slice(2).reduce((a, b) => a * b, 1);
        const overflows = overflowingChannels(row, channels);
        actual.forEach((value, i) => {
          if (overflows[Math.floor(i / inner) % channels]) return;
          compared++;
          if (expected[i] !== rule[i]) otherThanRule++;
          if (value !== expected[i]) expect(`${row.name} [${i}]: ${value}`).toBe(`${expected[i]}`);
        });
      }
    }
    expect(compared).toBeGreaterThan(25_000);
    // The engine's rule is another one: the comparison can tell.
    expect(otherThanRule).toBeGreaterThan(0);
  });

  const binaries: [prefix: string, op: string][] = [
    ["add/", "add"],
    ["add_relu/", "add"],
    ["mul/", "mul"],
    ["mul_relu/", "mul"],
  ];
  describe.each(binaries)("%s as %s", (prefix, op) => {
    test.each(group.select(prefix).map((row) => [row.name, row] as const))("%s", (_, row) => {
      const net = new ProgramBuilder();
      const { shape } = row.input("x");
      const inputs = [net.input("x", valueOf(row, "x", shape)), net.input("x2", valueOf(row, "x2", shape))];
      const low: Attributes = prefix.includes("relu") ? { low: row.number("y_zero_point") } : {};
      const y = net.op(op, inputs, valueOf(row, "y", shape), low);
      const result = run(net, y, { x: row.input("x"), x2: row.input("x2") });
      expect([...(result as Uint8Array)]).toEqual(row.integers("y_rule"));
    });
  });

  test.each(
    group.cases
      .filter(({ name, outputs }) => /^add(_relu)?\//.test(name) && "y_qnnpack" in outputs)
      .map((row) => [row.name, row] as const),
  )("qnnpack's integers, by torchEngine: %s", (_, row) => {
    const net = new ProgramBuilder();
    const { shape } = row.input("x");
    const inputs = [net.input("x", valueOf(row, "x", shape)), net.input("x2", valueOf(row, "x2", shape))];
    const low: Attributes = row.name.includes("relu") ? { low: row.number("y_zero_point") } : {};
    const y = net.op("add", inputs, valueOf(row, "y", shape), { ...low, torchEngine: "qnnpack" });
    const result = run(net, y, { x: row.input("x"), x2: row.input("x2") });
    expect([...(result as Uint8Array)]).toEqual(row.integers("y_qnnpack"));
  });

  const pools: [prefix: string, op: string][] = [
    ["max_pool", "maxPool"],
    ["avg_pool", "avgPool"],
    ["adaptive_avg_pool", "avgPool"],
  ];
  describe.each(pools)("%s as %s", (prefix, op) => {
    test.each(group.select(prefix).map((row) => [row.name, row] as const))("%s", (_, row) => {
      const net = new ProgramBuilder();
      const { shape } = row.input("x");
      const x = net.input("x", valueOf(row, "x", shape));
      const output = valueOf(row, "x", row.output("y_rule").shape);
      const y = net.op(op, [x], output, attributesOf(row));
      const result = run(net, y, { x: row.input("x") });
      const expected = row.integers("y_rule");
      if (!row.name.startsWith("avg_pool3d/")) return expect([...(result as Uint8Array)]).toEqual(expected);
      // Here y_rule is the float operator's, so that means that are ties of integers may round the other way.
      const differences = expected.map((q, i) => Math.abs(q - (result[i] as number)));
      expect(Math.max(...differences)).toBeLessThanOrEqual(1);
      expect(differences.filter((difference) => difference > 0).length).toBeLessThanOrEqual(
        0.1 * expected.length,
      );
    });
  });
});

/** Channels whose bias does not fit qnnpack's int32. */
function overflowingChannels(row: GoldenCase, channels: number): boolean[] {
  const scale = "w_scale" in row.inputs ? row.floats("w_scale") : [row.number("w_scale")];
  const bias = "bias" in row.inputs ? row.floats("bias") : null;
  const of = (c: number) =>
    Math.abs((bias?.[c] ?? 0) / (row.number("x_scale") * scale[scale.length === 1 ? 0 : c]));
  return Array.from({ length: channels }, (_, c) => of(c) >= 2 ** 31 - 1);
}

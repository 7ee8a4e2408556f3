import { loadKernels } from "@octavo/backend";
import type { MemoryFormat } from "@octavo/spec";
import { goldens } from "@octavo/testing";
import type { GoldenCase, GoldenTensor } from "@octavo/testing";
import { beforeAll, describe, expect, test } from "vitest";

import { opTable, Session } from "../src/index.ts";
import { channelsLastWeight, ProgramBuilder } from "./program-builder.ts";
import type { ValueParts } from "./program-builder.ts";
import { floats } from "./random-program.ts";

beforeAll(() => loadKernels({ use: "reference" }));

type Case = Parameters<ProgramBuilder["op"]>;
interface Given {
  readonly shape: readonly number[];
  readonly memoryFormat?: MemoryFormat;
  readonly data?: Float32Array;
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const dataOf = ({ shape, data }: Given, index: number) => data ?? floats(index + 1, size(shape));

/** Runs one float op on row-major inputs; gives the row-major result. */
function run(
  op: string,
  inputs: readonly Given[],
  output: ValueParts,
  attributes: Case[3] = {},
  constants: Case[4] = {},
): number[] {
  const net = new ProgramBuilder();
  const values = inputs.map((input, i) => net.input(`x${i}`, { ...input, dtype: "float32" }));
  const y = net.op(op, values, { ...output, dtype: "float32" }, attributes, constants);
  using session = new Session(net.build(y));
  const tensors = inputs.map(
    (input, i) => [`x${i}`, { data: dataOf(input, i), shape: input.shape }] as const,
  );
  return [...(Object.values(session.run(Object.fromEntries(tensors)))[0].data as Float32Array)];
}

/** A function of the index of each element, row-major. */
function build(shape: readonly number[], f: (index: number[]) => number): number[] {
  return Array.from({ length: size(shape) }, (_, flat) => {
    const index = [...shape];
    for (let axis = shape.length - 1, rest = flat; axis >= 0; rest = Math.floor(rest / shape[axis]), axis--)
      index[axis] = rest % shape[axis];
    return f(index);
  });
}
const at = (data: ArrayLike<number>, shape: readonly number[], index: readonly number[]) =>
  data[index.reduce((flat, i, axis) => flat * shape[axis] + i, 0)];

const image = { shape: [2, 3, 4, 5] };
const x = floats(1, 120);
const formats: MemoryFormat[] = ["contiguous", "channelsLast"];

describe.each(formats)("copies, from %s", (memoryFormat) => {
  describe.each(formats)("to %s", (to) => {
    const from = { ...image, memoryFormat };
    test("permute", () => {
      const y = { shape: [2, 5, 3, 4], memoryFormat: to };
      const expected = build(y.shape, ([n, w, c, h]) => at(x, image.shape, [n, c, h, w]));
      expect(run("permute", [from], y, { axes: [0, 3, 1, 2] })).toEqual(expected);
    });
    test("reshape", () => {
      expect(run("reshape", [from], { shape: [2, 6, 2, 5], memoryFormat: to })).toEqual([...x]);
    });
    test("slice", () => {
      const y = { shape: [2, 3, 2, 5], memoryFormat: to };
      const expected = build(y.shape, ([n, c, h, w]) => at(x, image.shape, [n, c, 1 + 2 * h, w]));
      expect(run("slice", [from], y, { axis: -2, start: 1, end: 4, step: 2 })).toEqual(expected);
    });
    test("channelShuffle", () => {
      const six = { shape: [2, 6, 2, 5], memoryFormat };
      const expected = build(six.shape, ([n, c, h, w]) =>
        at(x, six.shape, [n, (c % 3) * 2 + Math.floor(c / 3), h, w]),
      );
      if (to === memoryFormat) expect(run("channelShuffle", [six], six, { groups: 3 })).toEqual(expected);
    });
    test("pad", () => {
      const y = { shape: [2, 4, 4, 8], memoryFormat: to };
      const expected = build(y.shape, ([n, c, h, w]) =>
        c < 3 && w >= 1 && w < 6 ? at(x, image.shape, [n, c, h, w - 1]) : 7,
      );
      expect(run("pad", [from], y, { before: [0, 0, 0, 1], after: [0, 1, 0, 2], value: 7 })).toEqual(
        expected,
      );
    });
    test.each([1, 2, 3])("cat along %i", (axis) => {
      const second = { shape: image.shape.with(axis, 2), memoryFormat: to };
      const shape = image.shape.with(axis, image.shape[axis] + 2);
      const expected = build(shape, (index) => {
        const beyond = index[axis] - image.shape[axis];
        return beyond < 0
          ? at(x, image.shape, index)
          : at(floats(2, size(second.shape)), second.shape, index.with(axis, beyond));
      });
      expect(run("cat", [from, second], { shape, memoryFormat: to }, { axis })).toEqual(expected);
    });
  });

  test("binary, broadcast", () => {
    const y = { ...image, memoryFormat };
    const perChannel = { shape: [2, 3, 1, 1] };
    const expected = build(y.shape, ([n, c, h, w]) =>
      Math.fround(at(x, image.shape, [n, c, h, w]) - at(floats(2, 6), [2, 3], [n, c])),
    );
    expect(run("binary", [y, perChannel], y, { operator: "sub" })).toEqual(expected);
    const b = Float32Array.of(1, 2, 3, 4, 5);
    const alongWidth = build(y.shape, (index) => Math.fround(at(x, image.shape, index) * b[index[3]]));
    expect(run("binary", [y], y, { operator: "mul" }, { b: ["float32", [5], b] })).toEqual(alongWidth);
  });

  test("reduce over the image, and softmax over what is innermost", () => {
    const from = { ...image, memoryFormat };
    const expected = build([2, 3], ([n, c]) => {
      const pixels = build([4, 5], ([h, w]) => at(x, image.shape, [n, c, h, w]));
      return Math.max(...pixels);
    });
    expect(run("reduce", [from], { shape: [2, 3] }, { operator: "max", axes: [2, 3] })).toEqual(expected);
    expect(
      run("reduce", [from], { shape: [2, 3, 1, 1] }, { operator: "max", axes: [2, 3], keepDim: true }),
    ).toEqual(expected);
    const axis = memoryFormat === "contiguous" ? 3 : 1;
    const sums = new Map<string, number>();
    build(image.shape, (index) => {
      const key = index.with(axis, 0).join();
      sums.set(key, (sums.get(key) ?? 0) + Math.exp(at(x, image.shape, index)));
      return 0;
    });
    const softmax = build(
      image.shape,
      (index) => Math.exp(at(x, image.shape, index)) / sums.get(index.with(axis, 0).join())!,
    );
    const y = { ...image, memoryFormat };
    run("softmax", [from], y, { axis }).forEach((value, i) => expect(value).toBeCloseTo(softmax[i], 6));
    run("logSoftmax", [from], y, { axis }).forEach((value, i) =>
      expect(value).toBeCloseTo(Math.log(softmax[i]), 5),
    );
    const other = memoryFormat === "contiguous" ? 1 : 3;
    expect(() => run("softmax", [from], y, { axis: other })).toThrow(
      /innermost in memory, got \d.\nPut a permute before it/,
    );
  });
});

test("matmul, with and without a batch of second factors", () => {
  const product = (b: readonly number[]) =>
    build([2, 3, 2], ([n, i, j]) => {
      let sum = 0;
      for (let k = 0; k < 4; k++)
        sum +=
          at(floats(1, 24), [2, 3, 4], [n, i, k]) *
          at(floats(2, size(b)), b, b.length > 2 ? [n, k, j] : [k, j]);
      return sum;
    });
  const a = { shape: [2, 3, 4], memoryFormat: "contiguous" } as const;
  for (const b of [
    [2, 4, 2],
    [4, 2],
  ]) {
    const y = run("matmul", [a, { shape: b, memoryFormat: "contiguous" }], {
      shape: [2, 3, 2],
      memoryFormat: "contiguous",
    });
    y.forEach((value, i) => expect(value).toBeCloseTo(product(b)[i], 5));
  }
});

test("channelAffine and unary", () => {
  const scale = Float32Array.of(2, 3, 4);
  const shift = Float32Array.of(1, 0, -1);
  const expected = build(image.shape, (index) =>
    Math.fround(Math.fround(at(x, image.shape, index) * scale[index[1]]) + shift[index[1]]),
  );
  const constants = { scale: ["float32", [3], scale], shift: ["float32", [3], shift] } as const;
  expect(run("channelAffine", [image], image, {}, constants)).toEqual(expected);
  expect(run("unary", [image], image, { operator: "clamp", alpha: -0.5, beta: 0.25 })).toEqual(
    [...x].map((value) => Math.min(Math.max(value, -0.5), 0.25)),
  );
});

const group = goldens("float-ops");
describe.skipIf(group.absent)(group.title, () => {
  const names: Record<string, string> = {
    stride: "stride",
    padding: "padding",
    dilation: "dilation",
    groups: "groups",
    output_padding: "outputPadding",
  };
  const layers: [prefix: string, op: string][] = [
    ["conv1d/", "floatConv"],
    ["conv2d/", "floatConv"],
    ["conv_transpose2d/", "floatConvTranspose"],
    ["linear/", "floatLinear"],
  ];
  describe.each(layers)("%s as %s", (prefix, op) => {
    // Other borders than zeros are an op of their own.
    const rows = group.select(prefix).filter(({ args }) => (args.padding_mode ?? "zeros") === "zeros");
    test("cases are there", () => expect(rows.length).toBeGreaterThan(0));
    test.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
      const weight = row.input("weight");
      const { data, shape } = channelsLastWeight(weight.data as Float32Array<ArrayBuffer>, weight.shape);
      const bias = "bias" in row.inputs ? row.floats("bias") : null;
      const attributes = Object.entries({ ...row.args, ...paddingOf(row) })
        .filter(([name]) => name in names)
        .map(([name, value]) => [names[name], value]);
      const memoryFormat = op === "floatLinear" ? ("contiguous" as const) : undefined;
      const input = row.input("x");
      const y = run(
        op,
        [{ shape: input.shape, data: input.data as Float32Array, memoryFormat }],
        { shape: row.output("y").shape, memoryFormat },
        Object.fromEntries(attributes),
        {
          weight: ["float32", shape, data],
          ...(bias && { bias: ["float32", [bias.length], bias] }),
        },
      );
      const expected = row.output("y").data as Float32Array;
      const largest = Math.max(...expected.map(Math.abs), 1);
      y.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(2e-5 * largest));
    });
  });
});

/** torch's words for padding as elements before and after. */
function paddingOf({ args, ...row }: GoldenCase): { padding?: number[] | number } {
  if (args.padding === "valid") return { padding: 0 };
  if (args.padding !== "same") return {};
  const borders = (row.inputs.weight as GoldenTensor).shape
    .slice(2)
    .map((kernel) => (args.dilation as number) * (kernel - 1));
  return {
    padding: [...borders.map((border) => border >> 1), ...borders.map((border) => border - (border >> 1))],
  };
}

describe.each(["maxPool", "avgPool"])("%s, sizes rounded up", (op) => {
  const channelsLast = (shape: number[]) => ({ shape, memoryFormat: "channelsLast" as const });
  const smaller = channelsLast([2, 3, 1, 1]);
  const rounded = { kernel: 2, stride: 2, ceilMode: true };

  test("gives one window of what is smaller than the kernel", () => {
    expect(run(op, [smaller], smaller, rounded)).toEqual([...floats(1, 6)]);
  });
  test("but none where not even one begins", () => {
    const none = { ...rounded, kernel: 4 };
    expect(() => run(op, [smaller], smaller, none)).toThrow("a kernel that fits into the input [1,1]");
  });
});

test("each op is found under its own name", () => {
  for (const [name, definition] of opTable) expect(definition.name).toBe(name);
  expect(opTable.size).toBe(33);
});

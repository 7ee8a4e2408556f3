import { describe, expect, it } from "vitest";
import * as ops from "@octavo/tensor";
import { defineOp, ones, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { ArgumentError } from "@octavo/spec";

const matrix = ones([2, 3]);
const twice = defineOp<[x: Tensor]>({
  name: "twice",
  shape: ([x]) => ({ shape: x.shape }),
  forward: () => {},
});

/** Operations by the argument that is no tensor; the other arguments are right. */
const calls: readonly (readonly [string, (x: never) => unknown])[] = [
  ["relu", (x) => ops.relu(x)],
  ["twice", (x) => twice(x)],
  ["add", (x) => ops.add(matrix, x)],
  ["conv2d", (x) => ops.conv2d(x, ones([1, 1, 1, 1]))],
  ["linear", (x) => ops.linear(x, matrix)],
  ["matmul", (x) => ops.matmul(matrix, x)],
  ["flatten", (x) => ops.flatten(x)],
  ["softmax", (x) => ops.softmax(x)],
  ["layerNorm", (x) => ops.layerNorm(x, [3])],
  ["groupNorm", (x) => ops.groupNorm(x, 1)],
  ["batchNorm", (x) => ops.batchNorm(x, ones([3]), ones([3]))],
  ["sum", (x) => ops.sum(x)],
  ["var", (x) => ops.std(x)],
  ["max", (x) => ops.max(x, { dim: 0 })],
  ["cat", (x) => ops.cat([x, matrix])],
  ["cat", (x) => ops.cat([matrix, x])],
  ["permute", (x) => ops.permute(x, [0])],
  ["slice", (x) => ops.slice(x, 0)],
  ["split", (x) => ops.split(x, 1)],
  ["interpolate", (x) => ops.interpolate(x, { size: 2 })],
  ["maxPool2d", (x) => ops.maxPool2d(x, 2)],
  ["embedding", (x) => ops.embedding(x, matrix)],
  ["attention", (x) => ops.scaledDotProductAttention(x, matrix, matrix)],
  ["dequantize", (x) => ops.dequantize(x)],
  ["mseLoss", (x) => ops.mseLoss(matrix, x)],
  ["crossEntropy", (x) => ops.crossEntropy(matrix, x)],
  ["nllLoss", (x) => ops.nllLoss(matrix, x)],
];

describe("what is no tensor is refused by name", () => {
  it.each(calls)("%s", (name, call) => {
    const message = `${name}: expected a tensor, got Float32Array of length 64.`;
    expect(() => call(new Float32Array(64) as never)).toThrow(ArgumentError);
    expect(() => call(new Float32Array(64) as never)).toThrow(message);
    expect(() => call([1, 2] as never)).toThrow(`${name}: expected a tensor, got Array of length 2.`);
    expect(() => call(undefined as never)).toThrow(`${name}: expected a tensor, got undefined.`);
  });

  it.each([
    [{ data: new Float32Array(2), shape: [2] }, "an object with data, shape"],
    [{}, "an empty object"],
    [Promise.resolve(matrix), "Promise"],
    [null, "null"],
    ["12", '"12"'],
    [Math.sin, "Function"],
  ])("%o", (x, got) => {
    expect(() => ops.relu(x as never)).toThrow(`relu: expected a tensor, got ${got}.\ntensor(values, shape)`);
  });

  it("and class numbers are said to be int64", () => {
    expect(() => ops.crossEntropy(matrix, [0, 1] as never)).toThrow(
      'got Array of length 2.\nClass numbers are int64: tensor(classes, { dtype: "int64" }).',
    );
  });

  it("a missing kernel size too", () => {
    expect(() => ops.maxPool2d(ones([1, 1, 4, 4]), undefined as never)).toThrow(
      "expected an integer ≥ 1, or 2 of them, got undefined.",
    );
  });
});

describe("JavaScript's operators on tensors", () => {
  const [a, b] = [tensor([1, 2]), tensor([3, 4])] as never[] as number[];

  it.each([
    ["a + b", () => a + b],
    ["a + 1", () => a + 1],
    ["a * b", () => a * b],
    ["-a", () => -a],
    ["a < b", () => a < b],
    ["Math.max", () => Math.max(a)],
  ])("%s is an error that names functions", (_, run) => {
    expect(run).toThrow(ArgumentError);
    expect(run).toThrow("got an operator on float32 [2].\nWrite a.add(b) or add(a, b)");
  });

  it("text of them is as it was", () => {
    const text = "tensor([1, 2], shape=[2])";
    expect(`${a}`).toBe(text);
    expect(String(a)).toBe(text);
    expect([a, a].join()).toBe(`${text},${text}`);
  });
});

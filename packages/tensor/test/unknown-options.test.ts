import { ArgumentError } from "@octavo/spec";
import * as ops from "@octavo/tensor";
import { ones, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";

const matrix = ones([2, 3]);
const line = ones([1, 2, 4]);
const image = ones([1, 2, 4, 4]);
const volume = ones([1, 2, 4, 4, 4]);
const indices = tensor([[0, 1]], { dtype: "int64" });
const weights = { weightIh: ones([2, 3]), weightHh: ones([2, 2]) };

/** All functions that take options, with the arguments before them. */
const withOptions: Readonly<Record<string, readonly unknown[]>> = {
  tensor: [[1, 2]],
  empty: [[2]],
  full: [[2], 1],
  ones: [[2]],
  rand: [[2]],
  randn: [[2]],
  zeros: [[2]],
  celu: [matrix],
  clamp: [matrix],
  elu: [matrix],
  gelu: [matrix],
  hardtanh: [matrix],
  leakyRelu: [matrix],
  softplus: [matrix],
  softmax: [matrix],
  logSoftmax: [matrix],
  argmax: [matrix],
  argmin: [matrix],
  max: [matrix],
  min: [matrix],
  amax: [matrix],
  amin: [matrix],
  mean: [matrix],
  prod: [matrix],
  sum: [matrix],
  std: [matrix],
  variance: [matrix],
  logsumexp: [matrix],
  cumsum: [matrix],
  add: [matrix, 1],
  sub: [matrix, 1],
  addmm: [ones([2, 2]), matrix, ones([3, 2])],
  attention: [matrix, matrix, matrix],
  scaledDotProductAttention: [matrix, matrix, matrix],
  avgPool1d: [line, 2],
  avgPool2d: [image, 2],
  avgPool3d: [volume, 2],
  maxPool1d: [line, 2],
  maxPool2d: [image, 2],
  maxPool3d: [volume, 2],
  conv1d: [line, ones([1, 2, 3]), null],
  conv2d: [image, ones([1, 2, 3, 3]), null],
  conv3d: [volume, ones([1, 2, 3, 3, 3]), null],
  convTranspose1d: [line, ones([2, 1, 3]), null],
  convTranspose2d: [image, ones([2, 1, 3, 3]), null],
  convTranspose3d: [volume, ones([2, 1, 3, 3, 3]), null],
  interpolate: [image],
  pad: [matrix, [1, 1]],
  batchNorm: [matrix, ones([3]), ones([3])],
  groupNorm: [image, 1],
  instanceNorm: [image, null, null],
  layerNorm: [matrix, [3]],
  rowNorm: [matrix],
  dropout: [matrix],
  embedding: [indices, matrix],
  embeddingBag: [indices, matrix],
  cat: [[matrix, matrix]],
  stack: [[matrix, matrix]],
  split: [matrix, 1],
  chunk: [matrix, 2],
  flatten: [matrix],
  recurrent: ["rnnTanh", ones([4, 1, 3]), { h: ones([1, 2]), c: null }, weights],
  crossEntropy: [matrix, matrix],
  nllLoss: [matrix, tensor([0, 1], { dtype: "int64" })],
  binaryCrossEntropyWithLogits: [matrix, matrix],
  huberLoss: [matrix, matrix],
  klDiv: [matrix, matrix],
  l1Loss: [matrix, matrix],
  mseLoss: [matrix, matrix],
  smoothL1Loss: [matrix, matrix],
};

/** Functions without. `fakeQuantize` and `quantize` take QParams, which may say more. */
const withoutOptions = new Set(
  `abs adaptiveAvgPool1d adaptiveAvgPool2d adaptiveAvgPool3d adaptiveMaxPool1d adaptiveMaxPool2d adaptiveMaxPool3d
  addedMask applyOp arange bmm channelShuffle clone defineOp dequantize div exp expand fakeQuantize floor hardsigmoid
  hardswish intRepr linear log logSigmoid matmul maximum minimum mish mul narrow neg permute pixelShuffle pixelUnshuffle
  pow prelu quantize quantizePerChannel quantizePerTensor reciprocal relu relu6 reshape round rsqrt scaledFakeQuantize
  select selu sigmoid sign silu slice softsign sqrt square squeeze tanh toMemoryFormat transpose unsqueeze where
  activeTracer allocatedBytes backward callContext emptyPool enableGrad frame isGradEnabled manualSeed noGrad pooledBytes
  kindOf recomputed requireIndices requireTensor requireUnquantized perAxis setCallContext setQuantizedForm tensorsIn withProduct withTracer`.split(
    /\s+/,
  ),
);

/** Names in errors that are not the function's. */
const named: Readonly<Record<string, string>> = {
  std: "var",
  variance: "var",
  scaledDotProductAttention: "attention",
};

/** Functions that need an option, or do something else with an object. */
const needed = new Set(["interpolate", "cumsum", "max", "min"]);

type Operation = (...args: unknown[]) => unknown;
const isClass = (value: object) => /^class\b/.test(String(value));
const exported = Object.entries(ops as Record<string, unknown>).filter(
  (entry): entry is [string, Operation] => typeof entry[1] === "function" && !isClass(entry[1]),
);

describe("an option that does not exist is an error that names those that do", () => {
  it("of every function that is exported, which this table knows", () => {
    const unknown = exported.filter(
      ([name]) => !Object.hasOwn(withOptions, name) && !withoutOptions.has(name),
    );
    expect(unknown.map(([name]) => name)).toEqual([]);
  });

  it.each(Object.entries(withOptions))("%s", (name, args) => {
    const operation = (ops as unknown as Record<string, Operation>)[name];
    const error = (got: string) =>
      new RegExp(`^${named[name] ?? name}: expected options \\w+.*, got ${got}\\.`);
    expect(() => operation(...args, { keepDimm: true })).toThrow(ArgumentError);
    expect(() => operation(...args, { keepDimm: true })).toThrow(error("keepDimm"));
    expect(() => operation(...args, 1)).toThrow(error("1"));
    expect(() => operation(...args, true)).toThrow(error("true"));
    expect(() => operation(...args, null)).toThrow(error("null"));
    expect(() => operation(...args, matrix)).toThrow(error("Tensor"));
  });

  const optional = Object.entries(withOptions).filter(([name]) => !needed.has(name));

  it.each(optional)("%s takes none, and those without a value", (name, args) => {
    const operation = (ops as unknown as Record<string, Operation>)[name];
    expect(() => operation(...args)).not.toThrow();
    expect(() => operation(...args, undefined)).not.toThrow();
    expect(() => operation(...args, { keepDimm: undefined })).not.toThrow();
  });

  it("a right one counts", () => {
    expect(ops.softmax(ones([2, 4]), { dim: 0 }).data[0]).toBe(0.5);
    expect(matrix.sum({ dim: 1, keepdim: undefined }).shape).toEqual([2]);
    expect(matrix.sum(Object.assign(Object.create(null) as object, { dim: 1 })).shape).toEqual([2]);
  });
});

describe("torch's arguments by position", () => {
  it.each<[(x: any) => unknown, string]>([
    [
      (x) => ops.cat([x, x], 1 as never),
      "cat: expected options dim, got 1.\nOptions are one object, { dim: … }.",
    ],
    [(x) => x.mean(1), "mean: expected options dim, keepdim, got 1."],
    [(x) => x.max(1), "max: expected options dim, keepdim, got 1."],
    [(x) => x.max(x), "max: expected options dim, keepdim, got Tensor."],
    [(x) => x.mean([1]), "mean: expected options dim, keepdim, got Array."],
    [(x) => x.mean({ dim: 1, keepDim: true }), "mean: expected options dim, keepdim, got keepDim."],
    [(x) => x.mean({ dim: "1" }), 'mean: expected an axis or a list of axes, got "1".'],
    [(x) => x.flatten(1), "flatten: expected options startDim, endDim, got 1."],
    [(x) => x.clamp(0, 1), "clamp: expected options min, max, got 0."],
    [(x) => x.add(x, 2), "add: expected options alpha, got 2."],
    [
      (x) => x.to({ memoryFormat: "channels_last" }),
      "toMemoryFormat: expected memory format contiguous, channelsLast, got channels_last.",
    ],
    [
      () => ops.zeros([2], { memoryFormat: "channels_last" as never }),
      "Tensor: expected memory format contiguous, channelsLast, got channels_last.",
    ],
    [(x) => x.to("channelsLast"), 'to: expected options memoryFormat, got "channelsLast".'],
    [() => tensor([1, 2], "int32" as never), 'tensor: expected options dtype, requiresGrad, got "int32".'],
    [
      () => ops.zeros([2], "int32" as never),
      'zeros: expected options dtype, requiresGrad, memoryFormat, got "int32".',
    ],
    [() => (ops.zeros as Operation)(2, 3), "zeros: expected a shape as an array: [2, 3], got 2."],
    [() => (ops.randn as Operation)(2, 3), "randn: expected a shape as an array: [2, 3], got 2."],
    [() => ops.full([2, NaN], 1), "full: expected sizes that are integers ≥ 0, got [2, NaN]."],
    [() => ops.empty([-1]), "empty: expected sizes that are integers ≥ 0, got [-1]."],
    [
      () => (ops.conv2d as Operation)(image, ones([1, 2, 3, 3]), null, 1, 1),
      "conv2d: expected options stride, padding, dilation, groups, got 1.",
    ],
    [(x) => x.reshape(3, 2), "reshape: expected a list of sizes such as [2, 60], got 3."],
    [(x) => x.view(3, 2), "reshape: expected a list of sizes such as [2, 60], got 3."],
    [(x) => x.expand(2, 2, 3), "expand: expected a list of sizes such as [2, 60], got 2."],
    [(x) => x.permute(1, 0), "permute: expected a list of axes such as [0, 2, 1], got 1."],
    [(x) => ops.layerNorm(x, 3 as never), "layerNorm: expected a list of sizes such as [2, 60], got 3."],
    [(x) => ops.pad(x, 1 as never), "pad: expected a list of amounts such as [1, 1], got 1."],
    [(x) => (ops.cat as Operation)(x, x), "cat: expected options dim, got Tensor."],
    [(x) => (ops.stack as Operation)(x), "stack: expected a list of tensors, got Tensor."],
    [
      () => ops.adaptiveAvgPool2d(image, {} as never),
      "adaptiveAvgPool2d outputSize: expected an integer ≥ 1, or 2 of them, got {}.",
    ],
    [
      () => ops.interpolate(image, undefined as never),
      "interpolate: expected either size or scaleFactor, got neither.",
    ],
    [
      (x) => ops.cumsum(x, undefined as never),
      "cumsum: expected an axis from -2 to 1, got axis undefined of shape [2, 3].",
    ],
  ])("%#", (call, message) => {
    const x: Tensor = ones([2, 3]);
    expect(() => call(x)).toThrow(message);
  });
});

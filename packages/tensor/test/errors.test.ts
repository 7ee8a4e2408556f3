import { describe, expect, it } from "vitest";
import * as ops from "@octavo/tensor";
import { ones, quantizePerChannel, quantizePerTensor, tensor } from "@octavo/tensor";
import { ArgumentError, DTypeError, ShapeError } from "@octavo/spec";

const image = ones([1, 3, 4, 5]);

describe("arguments that do not fit", () => {
  it.each([
    [() => tensor([1.5], { dtype: "float" as "float32" }), ArgumentError, "Tensor: expected dtype float32, "],
    [
      () => ops.zeros([2, undefined as unknown as number, 1.5]),
      ShapeError,
      "zeros: expected sizes that are integers ≥ 0, got [2, undefined, 1.5].",
    ],
    [
      () => quantizePerTensor(ones([2]), 0.5, 2, "uint8" as "quint8"),
      ArgumentError,
      "quantizePerTensor: expected dtype quint8, qint8, ",
    ],
    [
      () => ops.add(ones([2, 3]), ones([2])),
      ShapeError,
      "add: expected shapes that broadcast (sizes equal or 1, aligned at the end), got [2, 3] and [2].",
    ],
    [
      () => ops.conv2d(image, ones([4, 2, 3, 3])),
      ShapeError,
      "conv2d: expected 2 input channels (weight [4, 2, 3, 3], groups 1), got 3 in [1, 3, 4, 5].",
    ],
    [
      () => ops.conv2d(ones([3, 4, 5]), ones([4, 3, 3, 3])),
      ShapeError,
      "conv2d: expected an input of shape [batch, channels, height, width], got [3, 4, 5].",
    ],
    [
      () => ops.conv2d(image, ones([4, 3, 7, 7])),
      ShapeError,
      "conv2d: expected an input at least as large as the kernel [7, 7], got [1, 3, 4, 5].",
    ],
    [
      () => ops.conv2d(image, ones([4, 3, 3, 3]), null, { stride: [1, 0] }),
      ArgumentError,
      "conv2d stride: expected an integer ≥ 1, or 2 of them, got [1,0].",
    ],
    [
      () => ops.interpolate(image, { size: 4, mode: "trilinear" }),
      ArgumentError,
      "interpolate: expected mode nearest, nearest-exact, bilinear for 2 spatial axes, got trilinear.",
    ],
    [
      () => ops.interpolate(image, {}),
      ArgumentError,
      "interpolate: expected either size or scaleFactor, got neither.",
    ],
    [
      () => ops.interpolate(image, { scaleFactor: 0.1 }),
      ArgumentError,
      "interpolate: expected 2 sizes of 1 or more, got [0, 0].",
    ],
    [
      () => ops.interpolate(image, { size: 2, alignCorners: true }),
      ArgumentError,
      "interpolate: expected alignCorners with a linear mode only, got nearest.",
    ],
    [
      () => ops.channelShuffle(image, 2),
      ShapeError,
      "channelShuffle: expected groups that divide 3 channels, got 2.",
    ],
    [
      () => ops.convTranspose2d(image, ones([3, 2, 3, 3]), null, { outputPadding: 1 }),
      ArgumentError,
      "less than stride or dilation",
    ],
    [
      () => ops.linear(ones([2, 3]), ones([4, 5])),
      ShapeError,
      "linear: expected an input whose last axis has 5 features, got [2, 3].",
    ],
    [
      () => ops.matmul(ones([2, 3]), ones([2, 3])),
      ShapeError,
      "as many columns on the left as rows on the right, got [2, 3] and [2, 3].",
    ],
    [
      () => ops.batchNorm(ones([1, 3]), null, null, { training: true }),
      ShapeError,
      "more than one value per channel in training",
    ],
    [
      () => ops.maxPool2d(image, 3, { padding: 2 }),
      ArgumentError,
      "maxPool2d padding: expected at most half of the kernel [3, 3], got [2, 2].",
    ],
    [
      () => image.reshape([7, -1]),
      ShapeError,
      "reshape: expected a shape of 60 elements, as [1, 3, 4, 5] has, got [7, -1].",
    ],
    [
      () => image.permute([0, 1, 1, 2]),
      ShapeError,
      "permute: expected each of the 4 axes once, got [0, 1, 1, 2].",
    ],
    [
      () => image.sum({ dim: 4 }),
      ShapeError,
      "sum: expected an axis from -4 to 3, got axis 4 of shape [1, 3, 4, 5].",
    ],
    [
      () => ops.cat([ones([2, 3]), ones([3, 3])], { dim: 1 }),
      ShapeError,
      "cat: expected shapes like [2, 3] except along axis 1, got [3, 3].",
    ],
    [
      () => ops.pad(image, [0, 5], { mode: "reflect" }),
      ShapeError,
      "pad: expected at most 4 on axis 3 with mode reflect, got 0, 5.",
    ],
    [
      () => ops.crossEntropy(ones([2, 3]), tensor([1, 3], { dtype: "int32" })),
      ArgumentError,
      "crossEntropy: expected targets from 0 to 2, got 3.",
    ],
    [
      () => ops.crossEntropy(ones([2, 3]), tensor([0, 1])),
      ShapeError,
      'crossEntropy: expected probabilities of the input\'s shape [2, 3], or class numbers as int64: tensor(classes, { dtype: "int64" }), got float32 [2].',
    ],
    [
      () => tensor([[1], ["2"]] as never),
      ArgumentError,
      'tensor: expected numbers, or arrays of them, got "2" at [1,0].',
    ],
    [
      () => tensor(BigInt64Array.of(1n)),
      ArgumentError,
      'tensor: expected numbers for dtype float32, got BigInt64Array of length 1.\nBigInts are of dtype int64: give { dtype: "int64" };',
    ],
    [
      () => tensor([1n] as never, [1], { dtype: "int32" }),
      ArgumentError,
      "tensor: expected numbers for dtype int32, got Array of length 1.",
    ],
    [
      () => tensor([1n, 2n] as never),
      ArgumentError,
      "tensor: expected numbers, or arrays of them, got bigint at [0].\ntensor(BigInt64Array.from(values)",
    ],
    [() => tensor("12" as never), ArgumentError, 'tensor: expected numbers, or arrays of them, got "12".'],
    [
      () => tensor(new DataView(new ArrayBuffer(8)) as never),
      ArgumentError,
      "tensor: expected numbers, or arrays of them, got DataView.",
    ],
    [
      () => tensor("12" as never, [2]),
      ArgumentError,
      'tensor: expected one list of numbers beside a shape, got "12".',
    ],
    [
      () => tensor([1, [2]] as never, [2]),
      ArgumentError,
      "tensor: expected one list of numbers beside a shape, got Array of length 1 at [1].",
    ],
    [() => tensor(undefined as never), ArgumentError, "got undefined."],
    [() => ops.randn(2 as never), ArgumentError, "randn: expected a shape as an array: [2, 3], got 2."],
    [
      () => ops.crossEntropy(ones([2, 3]), tensor([1], { dtype: "int32" })),
      ShapeError,
      "crossEntropy: expected targets of shape [2] for [2, 3], got [1].",
    ],
    [
      () => ops.mseLoss(ones([2]), ones([2, 1])),
      ShapeError,
      "a target of the input's shape [2], got [2, 1].",
    ],
    [
      () => ops.dropout(ones([2]), { p: 1.5 }),
      ArgumentError,
      "dropout: expected a probability, got p = 1.5.",
    ],
    [
      () => ops.embedding(tensor([6], { dtype: "int32" }), ones([6, 2])),
      ArgumentError,
      "embedding: expected indices from 0 to 5, got 6.",
    ],
    [
      () => ops.relu(tensor([1], { dtype: "int32" })),
      DTypeError,
      "relu: expected a float32 tensor, got int32 [1].",
    ],
    [
      () => ops.relu(quantizePerTensor(ones([2]), 0.5, 3, "quint8")),
      DTypeError,
      "relu: expected a float tensor, got quint8 (scale 0.5, zeroPoint 3) [2].",
    ],
    [() => ones([2]).dequantize(), DTypeError, "dequantize: expected a quantized tensor, got float32 [2]."],
    [
      () => quantizePerTensor(ones([2]), 0, 3, "quint8"),
      ArgumentError,
      "quantizePerTensor: expected finite scales above 0, got 0.",
    ],
    [
      () => quantizePerTensor(ones([2]), 0.5, 3, "quint4x2"),
      DTypeError,
      "quantizePerTensor: expected an integer in each entry: quint8, qint8 or qint32, got quint4x2.",
    ],
    [
      () => quantizePerTensor(ones([2]), 1, 300, "quint8"),
      ArgumentError,
      "integers from 0 to 255 for quint8, got zeroPoint 300.",
    ],
    [
      () => quantizePerChannel(image, [1, 2], [0, 0], 1, "qint8"),
      ShapeError,
      "3 scales and zero points, got 2 and 2.",
    ],
    [
      () => quantizePerChannel(image, [1, 2, 3], [0, 0, 0], 1, "qint8").reshape([60]),
      DTypeError,
      "a float tensor or one with a single scale",
    ],
    [
      () =>
        ones([2, 2], { requiresGrad: true })
          .exp()
          .backward(ones([2])),
      ShapeError,
      "backward: expected a gradient of the tensor's shape [2, 2], got [2].",
    ],
    [
      () => ops.crossEntropy(ones([1, 2]), tensor([1], { dtype: "int32" }), { reduction: "avg" as "mean" }),
      ArgumentError,
      "crossEntropy: expected reduction mean, sum, none, got avg.",
    ],
    [
      () => ops.l1Loss(ones([2]), ones([2]), { reduction: "avg" as "mean" }),
      ArgumentError,
      "l1Loss: expected reduction mean, sum, none, got avg.",
    ],
    [
      () => ops.nllLoss(ones([1, 3]), tensor([1], { dtype: "int32" }), { weight: ones([2]) }),
      ShapeError,
      "nllLoss: expected a weight for each of 3 classes, got [2].",
    ],
    [
      () => image.clamp({ min: 1, max: 0 }),
      ArgumentError,
      "clamp: expected a smaller end first, got 1 and 0.",
    ],
    [() => image.split(0), ArgumentError, "split: expected an integer ≥ 1, got 0."],
    [() => image.chunk(0), ArgumentError, "chunk: expected an integer ≥ 1, got 0."],
    [
      () => ops.arange(0, 5, 0),
      ArgumentError,
      "arange: expected finite ends and a step that is not 0, got from 0 to 5 by 0.",
    ],
  ])("%#", (run, type, message) => {
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });
});

describe("embeddingBag", () => {
  const weight = ops.ones([3, 2]);
  const integers = (values: number[]) => tensor(values, { dtype: "int32" });

  it("names indices outside the table, offsets that do not rise, and what goes with what", () => {
    const bag = (indices: number[], offsets: number[] | null, options = {}) =>
      ops.embeddingBag(integers(indices), weight, { offsets: offsets && integers(offsets), ...options });
    expect(() => bag([0, 3], [0])).toThrow("embeddingBag: expected indices from 0 to 2, got 3.");
    expect(() => bag([0, 1], [0, 2, 1])).toThrow(
      "expected offsets that rise from 0 to at most 2, got 0, 2, 1.",
    );
    expect(() => bag([0, 1], [1])).toThrow("got 1.");
    expect(() => bag([0, 1], null)).toThrow("expected indices of rank 2, or offsets, got indices [2].");
    expect(() => bag([0], [0], { mode: "median" })).toThrow("expected mode sum, mean, max, got median.");
    expect(() => bag([0], [0], { perSampleWeights: ops.ones([1]) })).toThrow("expected mode sum with");
    expect(() => bag([0], [0], { mode: "sum", perSampleWeights: ops.ones([2]) })).toThrow(
      "a weight for each",
    );
  });
});

describe("recurrent", () => {
  const weights = { weightIh: ones([4, 3]), weightHh: ones([4, 1]) };
  const run = (kind: ops.RecurrentKind, c: ops.Tensor | null) => () =>
    ops.recurrent(kind, ones([2, 1, 3]), { h: ones([1, 1]), c }, weights);

  it("has a cell state where, and only where, an LSTM has one", () => {
    run("lstm", ones([1, 1]))();
    expect(run("lstm", null)).toThrow("lstm: expected a cell state c, [batch, hidden], got null.");
    expect(run("gru", ones([1, 1]))).toThrow("gru: expected c null: it has no cell state, got Tensor.");
    expect(run("LSTM" as "lstm", null)).toThrow(
      "recurrent: expected kind rnnTanh, rnnRelu, lstm, gru, got LSTM.",
    );
  });
});

it.each([0, -2, 1.5, NaN])("a divisor of %s is none", (divisorOverride) => {
  expect(() => ops.avgPool2d(image, 2, { divisorOverride })).toThrow(
    `avgPool2d divisorOverride: expected an integer ≥ 1, or null, got ${divisorOverride}.`,
  );
});

it("one pixel has no statistics of its own", () => {
  expect(() => ops.instanceNorm(ones([3, 2, 1, 1]), null, null)).toThrow(
    "instanceNorm: expected more than one value per channel of each instance, unless in eval mode with running statistics, got [3, 2, 1, 1].",
  );
});

import { ArgumentError, DTypeError, ShapeError } from "@octavo/spec";
import { add, cat, matmul, mul, ones, quantizePerTensor, softmax, softplus, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import * as nn from "@octavo/nn";
import { describe, expect, it } from "vitest";

const quantized = () => quantizePerTensor(ones([2, 2]), 0.5, 0, "quint8");

const optimizer = () => new nn.SGD([new nn.Parameter({ shape: [2] })]);

/** A module that is one function. */
class Call extends nn.Module {
  readonly compute: (x: Tensor) => unknown;

  constructor(compute: (x: Tensor) => unknown) {
    super();
    this.compute = compute;
  }

  override forward(x: Tensor): unknown {
    return this.compute(x);
  }
}

describe("inputs that are no tensors", () => {
  const models: readonly (readonly [string, nn.Module])[] = [
    ["0 (Conv2d)", new nn.Sequential(new nn.Conv2d(1, 1, 1))],
    ["0 (Flatten)", new nn.Sequential(new nn.Flatten(), new nn.Linear(4, 2))],
    ["1 (Softmax)", new nn.Sequential(new nn.Identity(), new nn.Softmax())],
    ["LayerNorm", new nn.LayerNorm([2])],
    ["ReLU", new nn.ReLU()],
    ["PReLU", new nn.PReLU()],
    ["BatchNorm1d", new nn.BatchNorm1d(2)],
    ["InstanceNorm2d", new nn.InstanceNorm2d(2)],
    ["LSTM", new nn.LSTM(2, 2)],
    ["GRUCell", new nn.GRUCell(2, 2)],
    ["MultiheadAttention", new nn.MultiheadAttention(4, 2)],
  ];

  it.each(models)("%s says so", (where, model) => {
    const error = (got: string) => `${where}: expected a tensor, got ${got}.`;
    expect(() => model(new Float32Array(64))).toThrow(ArgumentError);
    expect(() => model(new Float32Array(64))).toThrow(error("Float32Array of length 64"));
    expect(() => model([[1, 2]])).toThrow(error("Array of length 1"));
    expect(() => model({ data: new Float32Array(2), shape: [2] })).toThrow(
      error("an object with data, shape"),
    );
    expect(() => model()).toThrow(error("undefined"));
  });

  it("nor targets", () => {
    expect(() => new nn.CrossEntropyLoss()(ones([2, 3]), [0, 1] as never)).toThrow(
      "CrossEntropyLoss: expected a tensor, got Array of length 2.",
    );
  });
});

describe("arguments of modules", () => {
  it.each<[() => unknown, string]>([
    [
      () => new nn.Conv2d(1, 4, undefined as never),
      "Conv2d kernelSize: expected an integer ≥ 1, or 2 of them, got undefined.",
    ],
    [
      () => new nn.Conv2d(1, 4, [3] as never),
      "Conv2d kernelSize: expected an integer ≥ 1, or 2 of them, got [3].",
    ],
    [
      () => new nn.Conv2d(1, 4, 3, { stride: "2" as never }),
      'Conv2d stride: expected an integer ≥ 1, or 2 of them, got "2".',
    ],
    [
      () => new nn.Conv2d(1, 4, 3, { paddingMode: "circulr" as never }),
      "Conv2d: expected paddingMode zeros, reflect, replicate, circular, got circulr.",
    ],
    [
      () => new nn.Conv1d(1, 4, 3, { paddingMode: null as never }),
      "Conv1d: expected paddingMode zeros, reflect, replicate, circular, got null.",
    ],
    [
      () => new nn.ConvTranspose2d(1, 4, 3, { paddingMode: "zeros" } as never),
      "ConvTranspose2d: expected options stride",
    ],
    [
      () => new nn.ConvTranspose1d(1, 4, undefined as never),
      "ConvTranspose1d kernelSize: expected an integer ≥ 1, or 1 of them",
    ],
    [
      () => new nn.Softmax({ dim: 1 } as never),
      'Softmax: expected an axis, an integer, got {"dim":1}.\nThe axis is the argument itself: new Softmax(1).',
    ],
    [() => new nn.LogSoftmax("1" as never), "LogSoftmax: expected an axis, an integer"],
    [
      () => new nn.Dropout({ p: 0.3 } as never),
      "Dropout: expected p, a number, got an object with p.\np is an argument of its own, not an option.",
    ],
    [() => new nn.LeakyReLU({ negativeSlope: 0.2 } as never), "LeakyReLU: expected negativeSlope, a number"],
    [() => new nn.ELU("1" as never), 'ELU: expected alpha, a number, got "1".'],
    [() => new nn.CELU({} as never), "CELU: expected alpha, a number, got an empty object."],
    [() => new nn.Hardtanh([-2, 2] as never), "Hardtanh: expected minVal, a number, got Array of length 2."],
    [() => new nn.Hardtanh(-2, null as never), "Hardtanh: expected maxVal, a number, got null."],
    [
      () => new nn.Softplus({ beta: 2 } as never),
      "Softplus: expected beta, a number, got an object with beta.",
    ],
    [() => new nn.Flatten({ startDim: 2 } as never), "Flatten: expected startDim, a number"],
    [
      () => new nn.ChannelShuffle(undefined as never),
      "ChannelShuffle: expected groups, a number, got undefined.",
    ],
    [() => new nn.PixelShuffle({} as never), "PixelShuffle: expected upscaleFactor, a number"],
    [() => new nn.PixelUnshuffle({} as never), "PixelUnshuffle: expected downscaleFactor, a number"],
    [
      () => new nn.GroupNorm({ numGroups: 2 } as never, 4),
      "GroupNorm: expected numGroups, an integer ≥ 0, got an object",
    ],
    [() => new nn.Linear(NaN, 2), "Linear: expected inFeatures, an integer ≥ 0, got NaN."],
    [() => new nn.Linear("3" as never, 2), 'Linear: expected inFeatures, an integer ≥ 0, got "3".'],
    [() => new nn.Linear(3, 2.5), "Linear: expected outFeatures, an integer ≥ 0, got 2.5."],
    [() => new nn.Conv2d("1" as never, 2, 3), 'Conv2d: expected inChannels, an integer ≥ 0, got "1".'],
    [
      () => new nn.ConvTranspose1d(1, undefined as never, 3),
      "ConvTranspose1d: expected outChannels, an integer ≥ 0, got undefined.",
    ],
    [() => new nn.BatchNorm2d("3" as never), "BatchNorm2d: expected numFeatures, an integer"],
    [() => new nn.InstanceNorm2d(-1), "InstanceNorm2d: expected numFeatures, an integer"],
    [() => new nn.Embedding(3, "2" as never), "Embedding: expected embeddingDim, an integer"],
    [() => new nn.EmbeddingBag(1.5, 2), "EmbeddingBag: expected numEmbeddings, an integer"],
    [() => new nn.LSTM("2" as never, 2), "LSTM: expected inputSize, an integer"],
    [() => new nn.GRUCell(2, NaN), "GRUCell: expected hiddenSize, an integer"],
    [() => new nn.MultiheadAttention("8" as never, 2), "MultiheadAttention: expected embedDim, an integer"],
    [() => new nn.PReLU("1" as never), "PReLU: expected numParameters, an integer"],
    [
      () => new nn.LayerNorm({ normalizedShape: 2 } as never),
      "LayerNorm: expected normalizedShape, a number or a list of them, got an object with normalizedShape.",
    ],
    [
      () => new nn.MaxPool2d({ kernelSize: 2 } as never),
      "MaxPool2d: expected kernelSize, a number or a list of them, got an object with kernelSize.",
    ],
    [
      () => new nn.AvgPool1d(undefined as never),
      "AvgPool1d: expected kernelSize, a number or a list of them",
    ],
    [
      () => new nn.AdaptiveAvgPool2d(undefined as never),
      "AdaptiveAvgPool2d: expected outputSize, a number or a list of them, got undefined.",
    ],
    [
      () => new nn.Sequential(nn.ReLU as never),
      "Sequential: expected a module, got Function.\nOf a class make one",
    ],
    [() => new nn.Sequential(new nn.ReLU(), null as never), "Sequential: expected a module, got null."],
    [() => new nn.ModuleList([nn.ReLU as never]), "ModuleList: expected a module, got Function."],
    [() => new nn.StepLR(optimizer(), { stepSize: 3 } as never), "StepLR: expected stepSize, a number"],
    [
      () => new nn.ExponentialLR(optimizer(), { gamma: 0.9 } as never),
      "ExponentialLR: expected gamma, a number",
    ],
    [
      () => new nn.CosineAnnealingLR(optimizer(), undefined as never),
      "CosineAnnealingLR: expected tMax, a number",
    ],
    [
      () => new nn.OneCycleLR(optimizer(), 0.1, undefined as never),
      "OneCycleLR: expected options totalSteps, epochs, stepsPerEpoch, pctStart, annealStrategy, cycleMomentum, " +
        "baseMomentum, maxMomentum, divFactor, finalDivFactor, threePhase, got none.\nOptions are one object, { totalSteps: … }.",
    ],
    [
      () => new nn.Upsample(undefined as never),
      "Upsample: expected options size, scaleFactor, mode, alignCorners, got none.",
    ],
  ])("%#", (make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });

  it.each<[() => unknown, string]>([
    [
      () => nn.init.uniform_(ones([2]), 0, 1, { seed: 1 } as never),
      "uniform_: expected options generator, got seed.",
    ],
    [() => nn.init.normal_(ones([2]), 0, 1, 5 as never), "normal_: expected options generator, got 5."],
    [
      () => nn.init.kaimingUniform_(ones([2, 2]), { nonLinearity: "relu" } as never),
      "kaimingUniform_: expected options generator, a, mode, nonlinearity, got nonLinearity.",
    ],
    [() => nn.init.kaimingNormal_(ones([2, 2]), 0 as never), "kaimingNormal_: expected options generator"],
    [
      () => nn.init.xavierUniform_(ones([2, 2]), 2 as never),
      "xavierUniform_: expected options generator, gain",
    ],
    [
      () => nn.init.xavierNormal_(ones([2, 2]), { gian: 2 } as never),
      "xavierNormal_: expected options generator, gain",
    ],
    [
      () => new nn.Linear(1, 1).loadStateDict(new Map(), false as never),
      "loadStateDict of Linear: expected options strict, got false.",
    ],
    [() => nn.detectAnomaly(() => 0, 100 as never), "detectAnomaly: expected options limit, got 100."],
    [
      () => new nn.Sequential(new Call((x) => x.flatten(1 as never)))(ones([2, 2])),
      "0 (Call), flatten: expected options startDim, endDim, got 1.",
    ],
  ])("and of functions, %#", (call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });

  it("a class needs a forward", () => {
    // @ts-expect-error The compiler tells; programs in JavaScript have none.
    class Net extends nn.Module {
      act = new nn.ReLU();
    }
    const run = () => new nn.Sequential(new Net())(ones([1]));
    expect(run).toThrow(ArgumentError);
    expect(run).toThrow(
      "0 (Net): expected a method forward in class Net, got none.\nWhat the module computes",
    );
  });

  it("a state dict is a Map that has arrived", () => {
    const model = new nn.Linear(2, 2);
    const load = (source: unknown) => () => model.loadStateDict(source as never);
    expect(load(Promise.resolve(model.stateDict()))).toThrow(ArgumentError);
    expect(load(Promise.resolve(model.stateDict()))).toThrow(
      "loadStateDict of Linear: expected a Map of tensors by name, got a Promise.\nAwait it",
    );
    expect(load({ weight: ones([2, 2]) })).toThrow("got object.\nnew Map(Object.entries(values))");
    expect(load(undefined)).toThrow("got undefined.");
    expect(load(null)).toThrow("got null.");
  });
});

describe("torch's arguments by position, inside a module", () => {
  it.each<[string, (x: Tensor) => Tensor, string]>([
    ["softmax", (x) => softmax(x, -1 as never), "0 (Call), softmax: expected options dim, got -1."],
    ["cat", (x) => cat([x], 1 as never), "0 (Call), cat: expected options dim, got 1."],
  ])("%s is named", (_, compute, message) => {
    expect(() => new nn.Sequential(new Call(compute))(ones([2, 2]))).toThrow(message);
  });
});

describe("a float operation on a quantized tensor", () => {
  it.each<[string, (x: Tensor) => Tensor]>([
    ["add", (x) => x.add(x)],
    ["add", (x) => add(ones([2, 2]), x)],
    ["mul", (x) => mul(x, x)],
    ["cat", (x) => cat([x, x])],
    ["matmul", (x) => matmul(x, x)],
  ])("%s is named, and FloatFunctional with it", (name, compute) => {
    const run = () => new nn.Sequential(new Call(compute))(quantized());
    expect(run).toThrow(DTypeError);
    expect(run).toThrow(
      `0 (Call): expected float tensors for ${name}, got quint8 (scale 0.5, zeroPoint 0) [2, 2].`,
    );
    expect(run).toThrow(
      `use a FloatFunctional in the model (skip = new FloatFunctional(), then this.skip.${name}(…))`,
    );
    expect(run).toThrow("or prepareFx");
  });

  it.each<[string, nn.Module, RegExp]>([
    ["LSTM", new nn.LSTM(2, 2), /\nRecurrent layers compute on floats; quantizeDynamic makes/],
    ["GRUCell", new nn.GRUCell(2, 2), /\nRecurrent layers compute on floats; quantizeDynamic makes/],
  ])("%s is named with what helps it", (name, layer, hint) => {
    const run = () => layer(quantized());
    expect(run).toThrow(DTypeError);
    expect(run).toThrow(`${name}: expected a float tensor, got quint8 (scale 0.5, zeroPoint 0) [2, 2].`);
    expect(run).toThrow(hint);
  });

  it("attention, of whichever input, with its output layer", () => {
    const run = () => new nn.MultiheadAttention(2, 1)(ones([2, 2]), quantized(), quantized());
    expect(run).toThrow("MultiheadAttention: expected a float tensor, got quint8");
    expect(run).toThrow(/\nAttention computes on floats: .* which keeps its outProj float too\.$/);
  });

  it("another is named with a stub", () => {
    expect(() => new Call(softplus)(quantized())).toThrow(
      "Call: expected a float tensor, got quint8 (scale 0.5, zeroPoint 0) [2, 2].\n" +
        "This part of the model (softplus) was not quantized: put a DeQuantStub before it, or give it a qconfig.",
    );
  });
});

describe("instance norm of one pixel", () => {
  const tracking = () => new nn.InstanceNorm2d(2, { trackRunningStats: true });

  it.each<[string, nn.Module, number[]]>([
    ["in training", new nn.InstanceNorm1d(2), [3, 2, 1]],
    ["in eval mode without running statistics", new nn.InstanceNorm2d(2).eval(), [3, 2, 1, 1]],
    ["in training with them", tracking(), [3, 2, 1, 1]],
    ["in three dimensions", new nn.InstanceNorm3d(2), [3, 2, 1, 1, 1]],
  ])("%s is refused", (_, norm, shape) => {
    const run = () => new nn.Sequential(norm)(ones(shape));
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(
      `0 (${norm.typeName()}): expected more than one value per channel of each instance, unless in eval mode with running ` +
        `statistics, got [${shape.join(", ")}].`,
    );
  });

  it("with running statistics in eval mode is taken, and two pixels are", () => {
    expect(tracking().eval()(ones([3, 2, 1, 1])).shape).toEqual([3, 2, 1, 1]);
    expect(new nn.InstanceNorm2d(2)(ones([1, 2, 1, 2])).shape).toEqual([1, 2, 1, 2]);
  });
});

describe("where an input comes from", () => {
  const refusal = () => new Call(softplus);

  it("is not another model that saw it before", () => {
    const x = quantized();
    new nn.Sequential(new nn.Identity())(x);
    expect(() => new nn.Sequential(refusal())(x)).toThrow("[2, 2].\n");
  });

  it("is the module of this model that it went through", () => {
    expect(() => new nn.Sequential(new nn.Identity(), refusal())(quantized())).toThrow(
      "[2, 2] from 0 (Identity).\n",
    );
  });
});

describe("where recurrent layers have the batch", () => {
  const second = "\nThe batch is the second axis, unless the layer is made with batchFirst: true.";
  const first = "\nThe batch is the first axis of the input, and the second of states.";
  const [plain, batchFirst] = [new nn.LSTM(5, 6), new nn.LSTM(5, 6, { batchFirst: true })];
  const pair = (...shape: number[]) => [ones(shape), ones(shape)] as [Tensor, Tensor];

  it.each<[string, () => unknown, string]>([
    [
      "two axes",
      () => plain(ones([3, 4])),
      `LSTM: expected an input of shape [time, batch, 5] or [time, 5], got [3, 4].${second}`,
    ],
    [
      "features in the middle",
      () => new nn.Sequential(new nn.GRU(5, 6))(ones([2, 5, 3])),
      `0 (GRU): expected an input of shape [time, batch, 5] or [time, 5], got [2, 5, 3].${second}`,
    ],
    [
      "states of the first axis",
      () => plain(ones([2, 7, 5]), pair(1, 2, 6)),
      `LSTM: expected states of shape [1, 7, 6] for an input of shape [2, 7, 5], got [1, 2, 6].${second}`,
    ],
    [
      "states of another axis than the first",
      () => batchFirst(ones([2, 7, 5]), pair(1, 7, 6)),
      `LSTM: expected states of shape [1, 2, 6] for an input of shape [2, 7, 5], got [1, 7, 6].${first}`,
    ],
    [
      "states with a batch, of an input without",
      () => plain(ones([7, 5]), pair(1, 1, 6)),
      `LSTM: expected states of shape [1, 6] for an input of shape [7, 5], got [1, 1, 6].${second}`,
    ],
    [
      "a state for one direction of two",
      () => new nn.RNN(5, 6, { bidirectional: true })(ones([2, 7, 5]), ones([1, 7, 6])),
      "RNN: expected states of shape [2, 7, 6]",
    ],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(message);
  });

  it("states are tensors", () => {
    expect(() => plain(ones([2, 7, 5]), [[0], [0]] as never)).toThrow(
      "LSTM: expected a tensor, got Array of length 1.",
    );
  });
});

describe("states of recurrent layers and cells", () => {
  const alone = "Both go in one list: (x, [h, c]).";
  const inNoList = "It goes behind the input, in no list: (x, h).";
  const sequence = ones([4, 2, 3]);

  it.each<[string, nn.Module, Tensor, unknown, string]>([
    [
      "h instead of both",
      new nn.LSTM(3, 5),
      sequence,
      ones([1, 2, 5]),
      "a tensor by itself, float32 [1, 2, 5]",
    ],
    ["h in a list", new nn.LSTM(3, 5), sequence, [ones([1, 2, 5])], "Array of length 1"],
    ["an object", new nn.LSTM(3, 5), sequence, { h: ones([1, 2, 5]) }, "an object with h"],
    [
      "h instead of both",
      new nn.LSTMCell(3, 5),
      ones([2, 3]),
      ones([2, 5]),
      "a tensor by itself, float32 [2, 5]",
    ],
    ["numbers", new nn.LSTMCell(3, 5), ones([2, 3]), new Float32Array(10), "Float32Array of length 10"],
  ])("%s, where there are two: %s", (_, layer, x, states, got) => {
    const run = () => layer(x, states);
    expect(run).toThrow(ArgumentError);
    expect(run).toThrow(
      `${layer.typeName()}: expected initial states [h, c], two tensors, got ${got}.\n${alone}`,
    );
  });

  it.each<[nn.Module, Tensor]>([
    [new nn.GRU(3, 5), sequence],
    [new nn.RNN(3, 5), sequence],
    [new nn.GRUCell(3, 5), ones([2, 3])],
    [new nn.RNNCell(3, 5), ones([2, 3])],
  ])("a list, where there is one: %s", (layer, x) => {
    expect(() => layer(x, [ones([1, 2, 5])])).toThrow(
      `${layer.typeName()}: expected an initial state h, a tensor, got Array of length 1.\n${inNoList}`,
    );
  });

  it("null begins with zeros, as torch's None", () => {
    const layer = new nn.LSTM(3, 5);
    expect(layer(sequence, null as never)[0].toArray()).toEqual(layer(sequence)[0].toArray());
  });
});

describe("what recurrent cells take", () => {
  const hint =
    "\nA cell takes one time at once: of a sequence x.select(0, t), or give it to LSTM, GRU or RNN whole.";
  const cells = [new nn.LSTMCell(3, 5), new nn.GRUCell(3, 5), new nn.RNNCell(3, 5)];

  it.each(cells)("%s names the shape that came", (cell: nn.Module) => {
    for (const shape of [[4, 2, 3], [2, 4], [4], []]) {
      expect(() => cell(ones(shape))).toThrow(ShapeError);
      expect(() => new nn.Sequential(cell)(ones(shape))).toThrow(
        `0 (${cell.typeName()}): expected an input of shape [batch, 3] or [3], got [${shape.join(", ")}].${hint}`,
      );
    }
  });

  it("states fit the input", () => {
    expect(() => cells[1](ones([2, 3]), ones([2, 4]) as never)).toThrow(
      `GRUCell: expected states of shape [2, 5] for an input of shape [2, 3], got [2, 4].${hint}`,
    );
    expect(() => cells[0](ones([3]), [ones([5]), ones([1, 5])] as never)).toThrow(
      `LSTMCell: expected states of shape [5] for an input of shape [3], got [1, 5].${hint}`,
    );
  });
});

describe("indices of embeddings", () => {
  const layer = new nn.Embedding(10, 4);
  const hint =
    '\ntensor([2, 0], { dtype: "int32" }) makes them of numbers, ' +
    'tensor(BigInt64Array.of(2n, 0n), { dtype: "int64" }) of BigInts.';

  it("are made of numbers and of BigInts", () => {
    const rows = layer(tensor([2, 0], { dtype: "int32" })).toArray();
    expect(layer(tensor(BigInt64Array.of(2n, 0n), { dtype: "int64" })).toArray()).toEqual(rows);
  });

  it.each<[unknown, string]>([
    [BigInt64Array.of(2n), "a tensor, got BigInt64Array of length 1."],
    [Int32Array.of(2), "a tensor, got Int32Array of length 1."],
    [tensor([2]), "indices of int32 or int64, got float32 [1]."],
    [tensor([2], { dtype: "uint8" }), "indices of int32 or int64, got uint8 [1]."],
  ])("are not %s", (indices, message) => {
    expect(() => layer(indices as never)).toThrow(`Embedding: expected ${message}${hint}`);
  });

  it("of bags neither", () => {
    const bag = new nn.EmbeddingBag(10, 4);
    expect(() => bag(BigInt64Array.of(2n) as never)).toThrow(
      `EmbeddingBag: expected a tensor, got BigInt64Array of length 1.${hint}`,
    );
  });
});

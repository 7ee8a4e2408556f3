import { ArgumentError } from "@octavo/spec";
import * as nn from "@octavo/nn";
import { describe, expect, it } from "vitest";

const parameters = () => [new nn.Parameter({ shape: [2] })];
const optimizer = () => new nn.SGD(parameters(), {});

/** Everything that takes options, and the arguments before them. */
const made: readonly (readonly [new (...args: any[]) => object, ...(() => unknown[])[]])[] = [
  [nn.Linear, () => [2, 2]],
  [nn.Conv1d, () => [2, 2, 3]],
  [nn.Conv2d, () => [2, 2, 3]],
  [nn.ConvTranspose2d, () => [2, 2, 3]],
  [nn.BatchNorm2d, () => [2]],
  [nn.LayerNorm, () => [2]],
  [nn.GroupNorm, () => [1, 2]],
  [nn.InstanceNorm2d, () => [2]],
  [nn.PReLU, () => [1]],
  [nn.Upsample, () => []],
  [nn.Dropout, () => [0.5]],
  [nn.Embedding, () => [3, 2]],
  [nn.EmbeddingBag, () => [3, 2]],
  [nn.GELU, () => []],
  [nn.AvgPool2d, () => [2]],
  [nn.MaxPool2d, () => [2]],
  [nn.LSTM, () => [2, 2]],
  [nn.GRU, () => [2, 2]],
  [nn.RNN, () => [2, 2]],
  [nn.LSTMCell, () => [2, 2]],
  [nn.RNNCell, () => [2, 2]],
  [nn.MultiheadAttention, () => [4, 2]],
  [nn.CrossEntropyLoss, () => []],
  [nn.NLLLoss, () => []],
  [nn.MSELoss, () => []],
  [nn.L1Loss, () => []],
  [nn.BCEWithLogitsLoss, () => []],
  [nn.SmoothL1Loss, () => []],
  [nn.HuberLoss, () => []],
  [nn.KLDivLoss, () => []],
  [nn.SGD, () => [parameters()]],
  [nn.Adam, () => [parameters()]],
  [nn.AdamW, () => [parameters()]],
  [nn.StepLR, () => [optimizer(), 2]],
  [nn.MultiStepLR, () => [optimizer(), [2]]],
  [nn.CosineAnnealingLR, () => [optimizer(), 2]],
  [nn.LinearLR, () => [optimizer()]],
  [nn.ConstantLR, () => [optimizer()]],
  [nn.OneCycleLR, () => [optimizer(), 0.1]],
];

describe("an option that does not exist is an error that names those that do", () => {
  it.each(made.map(([type, args]) => [type.name, type, args] as const))("%s", (name, type, args) => {
    const misspelt = () => new type(...args(), { in_features: 1 });
    expect(misspelt).toThrow(ArgumentError);
    expect(misspelt).toThrow(new RegExp(`^${name}: expected options \\w+.*, got in_features\\.`));
  });

  it("in a group of parameters too", () => {
    const group = { params: parameters(), lrate: 1 };
    expect(() => new nn.SGD([group])).toThrow(
      "SGD, group 0: expected options lr, momentum, dampening, weightDecay, nesterov, maximize, got lrate.",
    );
  });

  it("and so is something else than an object", () => {
    expect(() => new nn.Conv2d(2, 2, 3, 1 as never)).toThrow(
      /^Conv2d: expected options stride, .*, got 1\.\nOptions are one object, { stride: … }\.$/,
    );
  });
});

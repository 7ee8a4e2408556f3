import { ArgumentError, DTypeError } from "@octavo/spec";
import { add, cat, matmul, mul, ones, quantizePerTensor, softplus } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import * as nn from "@octavo/nn";
import { describe, expect, it } from "vitest";

const quantized = () => quantizePerTensor(ones([2, 2]), 0.5, 0, "quint8");

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
      () => new nn.ConvTranspose1d(1, 4, undefined as never),
      "ConvTranspose1d kernelSize: expected an integer ≥ 1, or 1 of them",
    ],
    [
      () => new nn.Softmax({ dim: 1 } as never),
      'Softmax: expected an axis, an integer, got {"dim":1}.\nThe axis is the argument itself: new Softmax(1).',
    ],
    [() => new nn.LogSoftmax("1" as never), "LogSoftmax: expected an axis, an integer"],
  ])("%#", (make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
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

  it("another is named with a stub", () => {
    expect(() => new Call(softplus)(quantized())).toThrow(
      "Call: expected a float tensor, got quint8 (scale 0.5, zeroPoint 0) [2, 2].\n" +
        "This part of the model (softplus) was not quantized: put a DeQuantStub before it, or give it a qconfig.",
    );
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

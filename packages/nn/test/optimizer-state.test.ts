import {
  Adam,
  AdamW,
  clipGradNorm_,
  CosineAnnealingLR,
  Linear,
  OneCycleLR,
  Parameter,
  ReLU,
  Sequential,
  SGD,
  StepLR,
} from "@octavo/nn";
import { Generator, randn, tensor, toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { ArgumentError, onWarning } from "@octavo/spec";
import { afterEach, describe, expect, it } from "vitest";

/** Ten steps, the second half by a second optimiser, from the state of the first as `travel` leaves it. */
function weights(
  make: (p: Parameter) => Adam | SGD,
  travel: ((x: Tensor) => Tensor) | null,
): readonly number[] {
  const generator = new Generator(1);
  const parameter = new Parameter(toMemoryFormat(randn([4, 3, 2, 2], { generator }), "channelsLast"));
  let optimizer = make(parameter);
  for (let step = 0; step < 10; step++) {
    if (step === 5 && travel) {
      const { state, paramGroups } = optimizer.stateDict();
      const moved = Object.entries(state[0]).map(([name, x]) => [
        name,
        typeof x === "number" ? x : travel(x),
      ]);
      optimizer = make(parameter);
      optimizer.loadStateDict({ state: { 0: Object.fromEntries(moved) }, paramGroups });
    }
    parameter.grad = toMemoryFormat(randn(parameter.shape, { generator }), parameter.memoryFormat);
    optimizer.step();
  }
  return [...parameter.data];
}

describe.each([
  ["SGD", (p: Parameter) => new SGD([p], { lr: 0.1, momentum: 0.9 })],
  ["Adam", (p: Parameter) => new Adam([p], { lr: 0.1 })],
])("the state of %s", (_, make) => {
  it("may come back in another memory format than the parameter has, as from a file", () => {
    const contiguous = (x: Tensor) => toMemoryFormat(x, "contiguous");
    expect(weights(make, contiguous)).toEqual(weights(make, null));
  });
});

describe("a step without gradients", () => {
  afterEach(() => onWarning(null));

  it("changes nothing and says so; one gradient is enough", () => {
    const warnings: string[] = [];
    onWarning((message) => warnings.push(message));
    const [a, b] = [new Parameter(tensor([1])), new Parameter(tensor([2]))];
    const optimizer = new SGD([{ params: [a] }, { params: [b] }], { lr: 0.5 });
    optimizer.step();
    expect(warnings).toEqual([
      expect.stringMatching(/^SGD\.step: none of its 2 parameters has a gradient.*make the optimiser after/),
    ]);
    b.grad = tensor([1]);
    optimizer.step();
    expect([warnings.length, a.item(), b.item()]).toEqual([1, 1, 1.5]);
  });
});

describe("what optimisers are given", () => {
  const model = new Sequential(new Linear(2, 3), new ReLU());

  it.each<[name: string, make: () => unknown, message: string]>([
    ["a model", () => new SGD(new Linear(2, 3) as never), "SGD: expected parameters, or a list of groups"],
    ["a list of modules by itself", () => new Adam(model as never), "got a module, Sequential."],
    [
      "a list with a model",
      () => new SGD([model] as never),
      "SGD, group 0: expected parameters, got a module",
    ],
    [
      "a group of a model",
      () => new SGD([{ params: model as never }]),
      "SGD, group 0: expected parameters, got",
    ],
    [
      "pairs",
      () => new SGD(model.namedParameters() as never),
      "SGD, group 0: expected parameters, got undefined",
    ],
    ["nothing", () => new SGD(undefined as never), "got undefined."],
    [
      "a parameter",
      () => new SGD((model.getSubmodule("0") as Linear).weight as never),
      "got a tensor by itself.",
    ],
    [
      "a model to clip",
      () => clipGradNorm_(model as never, 1),
      "clipGradNorm_: expected parameters, got a module",
    ],
  ])("is not %s", (_, make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
    expect(make).toThrow("Pass model.parameters().");
  });
});

describe("states of others", () => {
  const parameter = () => new Parameter(tensor([1]));

  it("are refused by optimisers, before anything changes", () => {
    const sgd = new SGD([parameter()], { lr: 0.1 });
    const before = sgd.stateDict();
    const load = () => sgd.loadStateDict(new AdamW([parameter()]).stateDict());
    expect(load).toThrow(ArgumentError);
    expect(load).toThrow(
      "loadStateDict of SGD: expected options lr, momentum, dampening, weightDecay, nesterov, maximize, got a state without momentum, " +
        "dampening, nesterov, but with betas, eps, amsgrad.\nIt is another optimiser's",
    );
    expect(sgd.stateDict()).toEqual(before);
  });

  it("are refused by schedulers where they differ", () => {
    const schedule = (optimizer: SGD) => new StepLR(optimizer, 2);
    const one = schedule(new SGD([parameter()]));
    const two = schedule(new SGD([{ params: [parameter()] }, { params: [parameter()] }]));
    expect(() => one.loadStateDict(two.stateDict())).toThrow(ArgumentError);
    expect(() => one.loadStateDict(two.stateDict())).toThrow(
      "loadStateDict of StepLR: expected rates of the optimiser's 1 groups, got 2.",
    );
    for (const state of [{ ...one.stateDict(), patience: 3 }, { lastEpoch: 3 }, one.optimizer.stateDict()]) {
      expect(() => one.loadStateDict(state as never)).toThrow(
        "loadStateDict of StepLR: expected a state with lastEpoch, baseLrs, lrs, got ",
      );
    }
    expect(one.lastEpoch).toBe(0);
    one.loadStateDict({ lastEpoch: 3, baseLrs: [0.5] });
    expect(one.optimizer.paramGroups[0].lr).toBeCloseTo(0.05);
  });
});

describe("a scheduler before its optimiser", () => {
  afterEach(() => onWarning(null));

  it("says so at its first step", () => {
    const warnings: string[] = [];
    onWarning((message) => warnings.push(message));
    const parameter = new Parameter(tensor([1]));
    parameter.grad = tensor([1]);
    const optimizer = new SGD([parameter]);
    const schedule = new CosineAnnealingLR(optimizer, 4);
    schedule.step();
    schedule.step();
    expect(warnings).toEqual([
      expect.stringMatching(
        /^CosineAnnealingLR\.step: SGD has done no step yet.*Call step of the optimiser first/,
      ),
    ]);
    optimizer.step();
    new OneCycleLR(optimizer, 0.1, { totalSteps: 4 }).step();
    expect(warnings.length).toBe(1);
  });
});

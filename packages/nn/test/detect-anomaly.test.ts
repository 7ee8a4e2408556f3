import { AnomalyError, BatchNorm1d, detectAnomaly, Linear, Module, ReLU, Sequential } from "@octavo/nn";
import { add, full, log, manualSeed, ones, randn, sqrt, tensor, zeros } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { beforeEach, describe, expect, it } from "vitest";

class Log extends Module<[Tensor], Tensor> {
  override forward(x: Tensor): Tensor {
    return log(x);
  }
}

/** What went wrong, as text. */
function found(body: () => unknown, limit?: number): string {
  try {
    detectAnomaly(body, { limit });
  } catch (error) {
    expect(error).toBeInstanceOf(AnomalyError);
    return (error as Error).message;
  }
  return "nothing";
}

describe("detectAnomaly", () => {
  beforeEach(() => void manualSeed(1));
  const net = () =>
    new Sequential(new Linear(4, 8), new Sequential(new ReLU(), new Log(), new Linear(8, 2)), new ReLU());

  it("names the first module whose result is not finite, what it got, and what to do", () => {
    expect(found(() => net()(randn([3, 4])))).toMatch(
      /^1\.1 \(Log\): expected finite results, got \[3, 8\] with ±∞ in \d+ of 24 elements.* from log of \[3, 8\] from 0\.00 to .*\.\nHere it appeared first\. Lower the learning rate/,
    );
  });

  it("names a parameter that an update has spoilt", () => {
    const model = net();
    (model.getSubmodule("1.2") as Linear).weight.data[3] = NaN;
    (model.getSubmodule("0") as Linear).bias!.data.fill(2);
    (model.getSubmodule("0") as Linear).weight.data.fill(0);
    expect(found(() => model(randn([3, 4])))).toMatch(
      /^1\.2 \(Linear\): expected finite parameters, got weight with \[2, 8\] with NaN in 1 of 16 elements/,
    );
  });

  it("names data that hold NaN", () => {
    expect(found(() => net()(full([3, 4], NaN)))).toMatch(
      /^0 \(Linear\): expected finite inputs, got NaN in an input of linear/,
    );
  });

  it("takes infinity in an input as meant, until it makes NaN", () => {
    const mask = tensor([0, -Infinity]);
    expect(found(() => add(ones([2]), mask).softmax())).toBe("nothing");
    expect(found(() => add(mask, tensor([0, Infinity])))).toMatch(
      /^add: expected finite results, got \[2\] with NaN/,
    );
  });

  it("names a range that explodes, which a batch norm hides from the loss", () => {
    const model = new Sequential(new Linear(4, 4), new BatchNorm1d(4), new ReLU());
    (model.getSubmodule("0") as Linear).weight.data.fill(1e9);
    const run = () => model(randn([5, 4]));
    expect(found(run)).toBe("nothing");
    expect(found(run, 1e6)).toMatch(
      /^0 \(Linear\): expected parameters of magnitude ≤ 1000000, got weight with \[4, 4\] from 1\.00e\+9 to 1\.00e\+9/,
    );
    (model.getSubmodule("0") as Linear).weight.data.fill(1e5);
    expect(found(() => model(full([5, 4], 100)), 1e6)).toMatch(
      /^0 \(Linear\): expected results of magnitude/,
    );
  });

  it("names the module of a gradient that is not finite", () => {
    const model = new Sequential(
      new Linear(1, 1),
      new (class Root extends Module<[Tensor], Tensor> {
        override forward(x: Tensor): Tensor {
          return sqrt(x);
        }
      })(),
    );
    for (const parameter of model.parameters()) parameter.data.fill(0);
    expect(
      found(() =>
        model(ones([1, 1]))
          .sum()
          .backward(),
      ),
    ).toMatch(
      /^1 \(Root\): expected finite gradients, got \[1, 1\] with ±∞ in 1 of 1 elements from backward of sqrt/,
    );
  });

  it("gives what the body gives, and leaves no trace", () => {
    const model = new Sequential(new Linear(2, 2));
    const x = zeros([1, 2]);
    expect(detectAnomaly(() => model(x)).toArray()).toEqual(model(x).toArray());
    model(full([1, 2], NaN));
    expect(() => detectAnomaly(() => 1, { limit: 0 })).toThrow("detectAnomaly: expected a limit > 0, got 0.");
  });
});

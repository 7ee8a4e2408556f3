import { CrossEntropyLoss, Linear, ReLU, Sequential, SGD } from "@octavo/nn";
import { frame, manualSeed, randn, tensor } from "@octavo/tensor";
import { expect, it } from "vitest";

/** Weights after four steps of batches of 12, each in so many parts. */
function trained(parts: number): number[] {
  manualSeed(2);
  const model = new Sequential(new Linear(5, 8), new ReLU(), new Linear(8, 3));
  const optimizer = new SGD(model.parameters(), { lr: 0.2, momentum: 0.9 });
  const criterion = new CrossEntropyLoss();
  const x = randn([12, 5]);
  const labels = tensor(
    Array.from({ length: 12 }, (_, i) => i % 3),
    { dtype: "int32" },
  );
  const size = 12 / parts;
  for (let step = 0; step < 4; step++) {
    for (let part = 0; part < parts; part++) {
      frame(() => {
        const [inputs, targets] = [x, labels].map((all) => all.narrow(0, part * size, size));
        criterion(model(inputs), targets).div(parts).backward();
      });
    }
    optimizer.step();
    optimizer.zeroGrad();
  }
  return [...model.parameters()].flatMap(({ data }) => [...data]);
}

it("gradients of the parts of a batch add up to those of the batch", () => {
  const whole = trained(1);
  // Sums in another order: a few roundings of values around 1.
  for (const parts of [2, 3, 12]) {
    trained(parts).forEach((value, i) => expect(value).toBeCloseTo(whole[i], 5));
  }
  expect(trained(3)).toEqual(trained(3));
});

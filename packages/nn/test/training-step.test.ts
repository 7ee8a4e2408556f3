import { describe, expect, it } from "vitest";
import { allocatedBytes, frame, Generator, noGrad, randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { ShapeError } from "@octavo/spec";
import {
  AdamW,
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  CrossEntropyLoss,
  Flatten,
  Linear,
  Module,
  ReLU,
  Sequential,
  SGD,
} from "@octavo/nn";

class Block extends Module<[x: Tensor], Tensor> {
  conv = new Conv2d(4, 4, 3, { padding: 1, groups: 4, bias: false });
  bn = new BatchNorm2d(4);
  relu = new ReLU();

  override forward(x: Tensor): Tensor {
    return this.relu(this.bn(this.conv(x))).add(x);
  }
}

const network = () =>
  new Sequential(
    new Conv2d(1, 4, 3, { stride: 2, padding: 1 }),
    new Block(),
    new AdaptiveAvgPool2d(1),
    new Flatten(),
    new Linear(4, 3),
  );

const generator = new Generator(1);
const images = randn([6, 1, 8, 8], { generator });
const labels = tensor([0, 0, 1, 1, 2, 2], { dtype: "int32" });

describe("a training step", () => {
  for (const [name, make] of [
    ["SGD", (model: Module) => new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })],
    ["AdamW", (model: Module) => new AdamW(model.parameters(), { lr: 0.03 })],
  ] as const) {
    it(`lowers the loss and allocates nothing after the first (${name})`, () => {
      const model = network();
      const criterion = new CrossEntropyLoss();
      const optimizer = make(model);
      const step = () =>
        frame(() => {
          optimizer.zeroGrad();
          const loss = criterion(model(images), labels);
          loss.backward();
          optimizer.step();
          return loss.item();
        });
      const first = step();
      const held = allocatedBytes();
      let last = first;
      for (let i = 0; i < 40; i++) last = step();
      expect(allocatedBytes()).toBe(held);
      expect(last).toBeLessThan(first * 0.7);
    });
  }

  it("allocates nothing in the second inference", () => {
    const model = network().eval();
    const infer = () => frame(() => noGrad(() => model(images).argmax({ dim: 1 }).toArray()));
    const first = infer();
    const held = allocatedBytes();
    expect(infer()).toEqual(first);
    expect(allocatedBytes()).toBe(held);
  });

  it("names the module whose input does not fit", () => {
    const model = new Sequential(new Sequential(new Conv2d(3, 4, 3)), new ReLU());
    expect(() => model(images)).toThrow(ShapeError);
    expect(() => model(images)).toThrow(
      "0.0 (Conv2d): expected 3 input channels (weight [4, 3, 3, 3], groups 1), got 1 in [6, 1, 8, 8].",
    );
  });
});

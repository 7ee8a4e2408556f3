import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { trace } from "@octavo/graph";
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  F,
  Identity,
  Linear,
  Module,
  ReLU,
  ReLU6,
  Sequential,
  Sigmoid,
} from "@octavo/nn";
import { ArgumentError } from "@octavo/spec";
import { add, flatten, mul, noGrad, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import {
  ConvBnReLU2d,
  ConvReLU2d,
  FusedModule,
  fuseGraph,
  fuseModules,
  fuseModulesQat,
  fusions,
  matchFusions,
} from "../src/index.ts";
import { structureOf } from "./torch-module.ts";

const bits = (x: unknown) => [...(x as Tensor).toArray()];

/** Statistics and parameters as after some training, so that folding has something to fold. */
function trained<M extends Module>(model: M): M {
  for (const module of model.modules()) {
    if (!(module instanceof BatchNorm1d) && !(module instanceof BatchNorm2d)) continue;
    for (const x of [module.weight!, module.bias!, module.runningMean!]) x.data.set(randn(x.shape).data);
    module.runningVar!.data.set(randn([module.numFeatures]).data.map((v) => v * v + 0.1));
  }
  return model;
}

function distance(a: Tensor, b: Tensor): number {
  const [x, y] = [a.toArray(), b.toArray()].map((values) => Array.from(values, Number));
  const largest = Math.max(...y.map(Math.abs), 1e-6);
  return Math.max(...x.map((value, i) => Math.abs(value - y[i]))) / largest;
}

class Block extends Module<[x: Tensor], Tensor> {
  conv1 = new Conv2d(4, 6, 3, { padding: 1, bias: false });
  bn1 = new BatchNorm2d(6);
  relu1 = new ReLU();
  conv2 = new Conv2d(6, 4, 1);
  bn2 = new BatchNorm2d(4);
  relu2 = new ReLU();

  override forward(x: Tensor): Tensor {
    const y = this.bn2(this.conv2(this.relu1(this.bn1(this.conv1(x)))));
    return this.relu2(add(y, x));
  }
}

class Net extends Module<[x: Tensor], Tensor> {
  stem = new Sequential(new Conv2d(3, 4, 3, { stride: 2 }), new ReLU6());
  blocks = new Sequential(new Block(), new Block());
  up = new ConvTranspose2d(4, 6, 2, { groups: 2 });
  bn = new BatchNorm2d(6);
  relu = new ReLU();
  fc1 = new Linear(6, 5);
  bn1 = new BatchNorm1d(5);
  fc2 = new Linear(5, 5);
  relu2 = new ReLU();

  override forward(x: Tensor): Tensor {
    const y = this.relu(this.bn(this.up(this.blocks(this.stem(x)))));
    const z = flatten(F.adaptiveAvgPool2d(y, 1), { startDim: 1 });
    return this.relu2(this.fc2(this.bn1(this.fc1(z))));
  }
}

const groups = [
  ["stem.0", "stem.1"],
  ["blocks.0.conv1", "blocks.0.bn1", "blocks.0.relu1"],
  ["blocks.0.conv2", "blocks.0.bn2"],
  ["blocks.1.conv1", "blocks.1.bn1", "blocks.1.relu1"],
  ["blocks.1.conv2", "blocks.1.bn2"],
  ["up", "bn", "relu"],
  ["fc1", "bn1"],
  ["fc2", "relu2"],
];
const image = () => randn([2, 3, 9, 9]);

describe("fuseModules by name", () => {
  it("computes the same, in a copy", () => {
    const model = trained(new Net()).eval();
    const text = String(model);
    const fused = fuseModules(model, groups);
    expect(String(model)).toBe(text);
    expect(fused.blocks.getSubmodule("0.conv1")).toBeInstanceOf(ConvReLU2d);
    expect(fused.blocks.getSubmodule("0.bn1")).toBeInstanceOf(Identity);
    expect(structureOf(fused.stem)).toBe("Sequential(Conv2dReLU6(Conv2d, ReLU6), Identity)");
    expect(structureOf(fused.up)).toBe("ConvTransposeReLU2d(ConvTranspose2d, ReLU)");
    noGrad(() => {
      const x = image();
      expect(distance(fused(x), model(x))).toBeLessThan(1e-5);
    });
    expect([...fused.modules()].every((module) => !module.training)).toBe(true);
  });

  it("works in place when told so", () => {
    const model = new Net().eval();
    expect(fuseModules(model, groups, { inplace: true })).toBe(model);
    expect(structureOf(model.fc2)).toBe("LinearReLU(Linear, ReLU)");
  });

  it("keeps batch norm for training", () => {
    const model = trained(new Net()).train();
    const fused = fuseModulesQat(model, groups);
    expect(fused.blocks.getSubmodule("0.conv1")).toBeInstanceOf(ConvBnReLU2d);
    expect(structureOf(fused.up)).toBe("ConvTransposeBnReLU2d(ConvTranspose2d, BatchNorm2d, ReLU)");
    const x = image();
    expect(bits(fused(x))).toEqual(bits(model(x)));
    expect([...fused.parameters()].length).toBe([...model.parameters()].length);
  });

  it("moves the hooks of the last module", () => {
    const model = new Sequential(new Conv2d(1, 1, 1), new ReLU()).eval();
    const seen: string[] = [];
    model.getSubmodule("1").registerForwardHook((module) => void seen.push(module.typeName()));
    fuseModules(model, ["0", "1"], { inplace: true })(randn([1, 1, 2, 2]));
    expect(seen).toEqual(["ConvReLU2d"]);
  });

  it("reaches modules that have two names", () => {
    class Twice extends Module<[x: Tensor], Tensor> {
      conv = new Conv2d(1, 1, 1);
      bn = new BatchNorm2d(1);
      alias = this.conv;

      override forward(x: Tensor): Tensor {
        return this.bn(this.alias(x));
      }
    }
    const model = trained(new Twice()).eval();
    const x = randn([2, 1, 3, 3]);
    expect(distance(fuseModules(model, ["conv", "bn"])(x), model(x))).toBeLessThan(1e-5);
  });

  it("takes rules of the user", () => {
    class ConvSigmoid extends FusedModule<[Conv2d, Sigmoid]> {}
    const make = (conv: Conv2d, sigmoid: Sigmoid) => new ConvSigmoid(conv, sigmoid);
    const rules = [...fusions, { pattern: [Conv2d, Sigmoid], eval: make, train: make }];
    const model = new Sequential(new Conv2d(1, 1, 1), new Sigmoid()).eval();
    expect(structureOf(fuseModules(model, ["0", "1"], { rules })[0])).toBe("ConvSigmoid(Conv2d, Sigmoid)");
    expect(fuseModules(model, randn([1, 1, 2, 2]), { rules }).report.fused).toEqual([
      { members: ["0", "1"], into: "ConvSigmoid" },
    ]);
  });

  it("refuses bad input", () => {
    const model = new Net().eval();
    expect(() => fuseModules(model, [["stem.0", "stem.7"]])).toThrow(
      /fuseModules \[stem.0, stem.7\]: expected one of the children of Sequential: 0, 1, got "7"/,
    );
    expect(() => fuseModules(model, [["conv1"]])).toThrow(
      /expected one of the children of Net: stem, blocks/,
    );
    expect(() => fuseModules(fuseModules(model, groups), groups)).toThrow(
      /expected modules that were not fused yet, got Conv2dReLU6, Identity/,
    );
    expect(() => fuseModules(model, ["fc1", "relu2", "bn1"])).toThrow(
      /expected one of \(Linear, BatchNorm1d\), \(Linear, ReLU\), .*got \(Linear, ReLU, BatchNorm1d\)/,
    );
    expect(() => fuseModules(new Net(), groups.slice(1))).toThrow(
      /expected evaluation mode.*\n.*use fuseModulesQat/,
    );
    expect(() => fuseModules(new Net(), image())).toThrow(
      /fuseModules of Net: expected a model in evaluation mode/,
    );
    model.bn1.train();
    expect(() => fuseModulesQat(model, ["fc1", "bn1"])).toThrow(/expected all in the same mode/);
    const bare = new Sequential(new Conv2d(1, 2, 1), new BatchNorm2d(2, { affine: false }));
    expect(() => fuseModulesQat(bare, ["0", "1"])).toThrow(/affine: true/);
    const untracked = new Sequential(
      new Conv2d(1, 2, 1),
      new BatchNorm2d(2, { trackRunningStats: false }),
    ).eval();
    expect(() => fuseModules(untracked, ["0", "1"])).toThrow(
      /tracks running statistics, got one that does not/,
    );
  });
});

describe("automatic fusion", () => {
  it("finds what one would name, in both modes", () => {
    for (const [fuse, model] of [
      [fuseModules, trained(new Net()).eval()],
      [fuseModulesQat, trained(new Net()).train()],
    ] as const) {
      const { model: fused, report } = fuse(model, image());
      expect(report.fused.map(({ members }) => members)).toEqual(groups);
      expect(report.unfused).toEqual([]);
      const named = fuse(model, groups);
      expect(String(fused)).toBe(String(named));
      const x = image();
      expect(bits(fused(x))).toEqual(bits(named(x)));
      expect(fused.training).toBe(model.training);
    }
  });

  it("says of models that were not traced that they are no graphs", () => {
    for (const [name, step] of Object.entries({ matchFusions, fuseGraph })) {
      expect(() => step(new ReLU() as never)).toThrow(
        `${name}: expected a GraphModule, got ReLU.\ntrace(model, `,
      );
    }
  });

  it("reports what it left alone, and why", () => {
    class Hard extends Module<[x: Tensor], Tensor> {
      conv1 = new Conv2d(3, 3, 1);
      bn1 = new BatchNorm2d(3);
      conv2 = new Conv2d(3, 3, 1);
      relu = new ReLU();
      conv3 = new Conv2d(3, 3, 1);
      bn3 = new BatchNorm2d(3);
      conv4 = new Conv2d(3, 3, 1);
      bn4 = new BatchNorm2d(3);

      override forward(x: Tensor): Tensor {
        const a = this.conv1(x);
        const b = this.relu(this.conv2(mul(this.bn1(a), a)));
        const c = F.relu(this.bn3(this.conv3(b)));
        return this.bn4(this.conv4(this.conv4(this.relu(c))));
      }
    }
    const model = trained(new Hard()).eval();
    const { model: fused, report } = fuseModules(model, image());
    expect(String(report)).toBe(`\
fused       into
----------  ------
conv3, bn3  Conv2d

not fused           because
------------------  ---------------------------------------------------------------------------
conv1, bn1          the output of conv1 also goes to mul
conv2, relu         relu is called 2 times (relu, relu_2); give each use a module of its own
conv3, bn3, relu_1  relu_1 is a function call; give it a module of its own
conv4, bn4          conv4 is called 2 times (conv4, conv4_1); give each use a module of its own`);
    const x = image();
    expect(distance(fused(x), model(x))).toBeLessThan(1e-5);
  });

  it("leaves batch norm alone where its channels are not the linear layer's features", () => {
    const model = trained(new Sequential(new Linear(4, 3), new BatchNorm1d(3))).eval();
    expect(fuseModules(model, randn([2, 4])).report.fused.length).toBe(1);
    const { model: left, report } = fuseModules(model, randn([2, 3, 4]));
    expect(report.unfused).toEqual([
      { members: ["0", "1"], reason: "1 normalises axis 1 of [2, 3, 3], and 0 computes the last axis" },
    ]);
    const x = randn([2, 3, 4]);
    expect(bits(left(x))).toEqual(bits(model(x)));
  });

  it("in graphs, fuses functions and stateless modules used twice", () => {
    class Functional extends Module<[x: Tensor], Tensor> {
      conv1 = new Conv2d(3, 4, 1);
      bn1 = new BatchNorm2d(4);
      conv2 = new Conv2d(4, 4, 1);
      relu = new ReLU();

      override forward(x: Tensor): Tensor {
        const y = F.relu(this.bn1(this.conv1(x)));
        return this.relu(add(this.relu(this.conv2(y)), y));
      }
    }
    const model = trained(new Functional()).eval();
    const graph = trace(model, image());
    const { model: fused, report } = fuseModules(graph, image());
    expect(report.fused).toEqual([
      { members: ["conv1", "bn1", "relu"], into: "ConvReLU2d" },
      { members: ["conv2", "relu"], into: "ConvReLU2d" },
    ]);
    fused.lint();
    expect(fused.graph.nodes.map(String)).toEqual(["x", "conv1", "conv2", "add", "relu_2", "output"]);
    expect([...fused.namedChildren()].map(([name]) => name).sort()).toEqual(["conv1", "conv2", "relu"]);
    const x = image();
    expect(distance(fused(x) as Tensor, model(x))).toBeLessThan(1e-5);
    expect(graph.graph.nodes.length).toBe(9);
    expect(bits(graph(x))).toEqual(bits(model(x)));
  });

  it("in graphs, leaves hooks to the other calls of a module that is fused in one place", () => {
    class Twice extends Module<[x: Tensor], Tensor> {
      conv = new Conv2d(3, 3, 1);
      relu = new ReLU();

      override forward(x: Tensor): Tensor {
        return this.relu(this.conv(this.relu(x)));
      }
    }
    const model = new Twice().eval();
    let calls = 0;
    model.relu.registerForwardHook(() => void calls++);
    const { model: fused } = fuseModules(trace(model, image()), image());
    calls = 0;
    fused(image());
    expect(calls).toBe(2);
  });

  it("lists groups that are quantized as one without being fused in float", () => {
    const model = trained(new Net()).train();
    const found = matchFusions(trace(model, image()));
    const lists = found.groups.map(({ nodes }) => nodes.map(String));
    expect(lists).toContainEqual(["add", "blocks_0_relu2"]);
    expect(lists).toContainEqual(["blocks_0_conv1", "blocks_0_bn1", "blocks_0_relu1"]);
    expect(found.misses).toEqual([]);
  });
});

describe("without an example input", () => {
  it.each([
    [undefined, "neither"],
    ["conv", "string"],
    [{ inplace: true }, "object"],
  ])("%o is an error that shows both ways", (second, got) => {
    const fuse = () => fuseModules(new Net().eval(), second as never);
    expect(fuse).toThrow(ArgumentError);
    expect(fuse).toThrow(
      `fuseModules of Net: expected names of modules, or example inputs to find what belongs together, got ${got}.`,
    );
    expect(fuse).toThrow("const { model } = fuseModules(float, x)");
  });
});

describe("laws", () => {
  const layers = fc.record({
    groups: fc.constantFrom(1, 2),
    kernel: fc.constantFrom(1, 2, 3),
    stride: fc.constantFrom(1, 2),
    bias: fc.boolean(),
    transposed: fc.boolean(),
    activation: fc.constantFrom(ReLU, ReLU6, null),
    size: fc.integer({ min: 3, max: 6 }),
  });

  it("fused = unfused, whatever the layer", () => {
    fc.assert(
      fc.property(layers, ({ transposed, activation, size, kernel, ...options }) => {
        const layer = new (transposed ? ConvTranspose2d : Conv2d)(4, 6, kernel, options);
        const last = activation && !(transposed && activation === ReLU6) ? [new activation()] : [];
        const net = trained(new Sequential(layer, new BatchNorm2d(6), ...last)).eval();
        const x = randn([2, 4, size, size]);
        const { model, report } = fuseModules(net, x);
        expect(report.fused.length).toBe(1);
        noGrad(() => expect(distance(model(x), net(x))).toBeLessThan(1e-5));
      }),
      { numRuns: 40, seed: 3 },
    );
  });
});

import { noGrad, zeros } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import {
  CifarResNet,
  GoogLeNet,
  InceptionV3,
  MnistNet,
  MobileNetV2,
  mobilenetV3Small,
  resnet20,
  resnext50_32x4d,
} from "../src/index.ts";
import { countMacs } from "./count-macs.ts";
import "./kernels.ts";

/** Parameters as the published implementations count them (akamaster's ResNets, torchvision); multiply-adds of one image. */
const networks = [
  { name: "resnet20", make: () => resnet20(), size: 32, parameters: 269_722, millionMacs: 40.6 },
  { name: "ResNet-56", make: () => new CifarResNet(56), size: 32, parameters: 853_018, millionMacs: 125.5 },
  {
    name: "MobileNetV2, half as wide",
    make: () => new MobileNetV2({ widthMultiplier: 0.5 }),
    size: 224,
    parameters: 1_968_680,
    millionMacs: 97.1,
  },
  {
    name: "MobileNetV2, 1.4 times as wide",
    make: () => new MobileNetV2({ widthMultiplier: 1.4 }),
    size: 64,
    parameters: 6_108_776,
    millionMacs: 49.2,
  },
  {
    name: "MobileNetV3, small",
    make: () => mobilenetV3Small(),
    size: 224,
    parameters: 2_542_856,
    millionMacs: 56.5,
  },
  {
    name: "ResNeXt-50 32×4d",
    make: () => resnext50_32x4d(),
    size: 224,
    parameters: 25_028_904,
    millionMacs: 4230.5,
  },
];

describe.each(networks)("$name", ({ make, size, parameters, millionMacs }) => {
  it("has its parameters and multiply-adds", () => {
    const net = make().eval();
    const numels = [...net.parameters()].map(({ numel }) => numel);
    expect(numels.reduce((a, b) => a + b)).toBe(parameters);
    expect(countMacs(net, [1, 3, size, size]).macs / 1e6).toBeCloseTo(millionMacs, 1);
  });
});

describe("classifiers for training", () => {
  it("GoogLeNet and Inception v3 give their logits too while training", () => {
    const google = new GoogLeNet({ classes: 5, auxLogits: true });
    const outputs = noGrad(() => google(zeros([2, 3, 64, 64])));
    const shapes = Object.entries(outputs).map(([name, { shape }]) => [name, shape]);
    expect(shapes).toEqual(["logits", "auxLogits2", "auxLogits1"].map((name) => [name, [2, 5]]));
    const inception = new InceptionV3({ classes: 5, auxLogits: true });
    const both = noGrad(() => inception(zeros([2, 3, 299, 299])));
    expect(Object.values(both).map(({ shape }) => shape)).toEqual([
      [2, 5],
      [2, 5],
    ]);
  });
});

describe("options", () => {
  it.each([
    ["MnistNet", () => new MnistNet({ classes: 7, inChannels: 2 }), [3, 2, 28, 28]],
    ["resnet20", () => resnet20({ classes: 7 }), [3, 3, 32, 32]],
    [
      "MobileNetV2",
      () => new MobileNetV2({ classes: 7, widthMultiplier: 0.25, activation: "relu6" }),
      [3, 3, 40, 33],
    ],
  ] as const)("%s: classes and channels", (_name, make, shape) => {
    expect(noGrad(() => make().eval()(zeros(shape))).shape).toEqual([3, 7]);
  });

  it("MobileNetV2 without norms has a bias in each convolution, and the names of folded weights", () => {
    const names = [...new MobileNetV2({ norm: false, widthMultiplier: 0.25 }).stateDict().keys()];
    expect(names).toHaveLength(106);
    expect(names.slice(0, 6)).toEqual([
      "features.0.0.weight",
      "features.0.0.bias",
      "features.1.conv.0.0.weight",
      "features.1.conv.0.0.bias",
      "features.1.conv.1.weight",
      "features.1.conv.1.bias",
    ]);
  });

  it("a depth that no CIFAR ResNet has is an error", () => {
    expect(() => new CifarResNet(18)).toThrow(
      /CifarResNet: expected a depth of 6n \+ 2: 8, 14, 20, 32.*got 18/s,
    );
  });
});

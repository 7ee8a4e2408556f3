import * as octavo from "octavo";
import { ArgumentError } from "octavo";
import { describe, expect, it } from "vitest";

const { ones } = octavo;
const net = () => new octavo.Sequential(new octavo.Linear(2, 2), new octavo.ReLU());
const graph = () => octavo.trace(net().eval(), ones([1, 2]));
const norm = { runningMean: ones([1]), runningVar: ones([1]), weight: null, bias: null, eps: 1e-5 };
const maps = { heatmap: ones([1, 1, 2, 2]), size: ones([1, 2, 2, 2]), offset: ones([1, 2, 2, 2]) };
const images = {
  images: new Uint8Array(1),
  labels: new Uint8Array(1),
  shape: [1, 1, 1],
  classes: ["0"],
} as const;
const observer = () => octavo.MinMaxObserver.withArgs();

type Last = never;

/** Functions and classes outside of tensor and nn that take options. */
const calls: readonly (readonly [string, (options: Last) => unknown])[] = [
  ["trace of Sequential", (options) => octavo.trace(net(), ones([1, 2]), options)],
  ["fuseModules of Sequential", (options) => octavo.fuseModules(net(), [["0", "1"]], options)],
  ["fuseModules of Sequential", (options) => octavo.fuseModulesQat(net(), [["0", "1"]], options)],
  ["fuseGraph", (options) => octavo.fuseGraph(graph(), options)],
  ["matchFusions", (options) => octavo.matchFusions(graph(), options)],
  ["fuseConvBnWeights", (options) => octavo.fuseConvBnWeights(ones([1, 1, 1]), null, norm, options)],
  ["FakeQuantize", (options) => new octavo.FakeQuantize(observer(), options)],
  ["FloatFunctional.cat", (options) => new octavo.FloatFunctional().cat([ones([1])], options)],
  ["prepare of Sequential", (options) => octavo.prepare(net(), options)],
  ["prepareQat of Sequential", (options) => octavo.prepareQat(net(), options)],
  ["convert of Sequential", (options) => octavo.convert(net(), options)],
  ["convert of GraphModule", (options) => octavo.convertFx(graph(), options)],
  ["quantizeDynamic of Sequential", (options) => octavo.quantizeDynamic(net(), options)],
  ["lower of Sequential", (options) => octavo.lower(net(), ones([1, 2]), options)],
  ["DataLoader", (options) => new octavo.DataLoader(images, options)],
  ["ResNet", (options) => octavo.resnet18(options)],
  ["CifarResNet", (options) => octavo.resnet20(options)],
  ["MobileNetV2", (options) => new octavo.MobileNetV2(options)],
  ["MobileNetV3", (options) => octavo.mobilenetV3Small(options)],
  ["MnistNet", (options) => new octavo.MnistNet(options)],
  ["CenterNet", (options) => new octavo.CenterNet(options)],
  ["GoogLeNet", (options) => new octavo.GoogLeNet(options)],
  ["InceptionV3", (options) => new octavo.InceptionV3(options)],
  ["ShuffleNetV2", (options) => new octavo.ShuffleNetV2("x1_0" as never, options)],
  ["decodeCenters", (options) => octavo.decodeCenters(maps as never, options)],
];

describe("an option that does not exist is an error that names those that do", () => {
  it.each(calls)("%s", (name, call) => {
    const error = (got: string) => new RegExp(`^${name}: expected options \\w+.*, got ${got}\\.`);
    expect(() => call({ in_place: true } as Last)).toThrow(ArgumentError);
    expect(() => call({ in_place: true } as Last)).toThrow(error("in_place"));
    expect(() => call(1 as Last)).toThrow(error("1"));
    expect(() => call(new Set() as Last)).toThrow(error("Set"));
  });

  it("mnist", async () => {
    const loading = octavo.mnist("./data" as never);
    await expect(loading).rejects.toThrow(
      'mnist: expected options dir, got "./data".\nOptions are one object',
    );
  });
});

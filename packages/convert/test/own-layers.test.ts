import { disableObserver } from "@octavo/fake-quant";
import { FusedModule, fuseModules, fuseModulesQat, fusions } from "@octavo/fusion";
import type { FusionRule } from "@octavo/fusion";
import * as nn from "@octavo/nn";
import { getDefaultQatQConfig, getDefaultQConfig, prepare, prepareQat, QuantWrapper } from "@octavo/qat";
import { amax, linear, manualSeed, noGrad, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { convert, QuantizedLayer, ViaFloat } from "../src/index.ts";

type Net = nn.Module<[x: Tensor], Tensor>;

class ConvHardswish2d extends FusedModule<[conv: nn.Conv2d, hardswish: nn.Hardswish]> {}
const make = (conv: nn.Conv2d, hardswish: nn.Hardswish) => new ConvHardswish2d(conv, hardswish);
const rules: FusionRule[] = [...fusions, { pattern: [nn.Conv2d, nn.Hardswish], eval: make, train: make }];

class DoubledConv2d extends nn.Conv2d {
  override weightedForward(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
    return super.weightedForward(x, weight, bias).mul(2);
  }
}

/** Twice the same layer: (N, 16) → (N, 8). */
class BlockLinear extends nn.Module<[x: Tensor], Tensor> implements nn.WeightedLayer {
  weight: nn.Parameter;
  bias: nn.Parameter | null;
  readonly channelAxis = 0;

  constructor() {
    super();
    ({ weight: this.weight, bias: this.bias } = new nn.Linear(8, 4));
  }

  channelFactor(value: Tensor): Tensor {
    return value.reshape([value.numel, 1]);
  }

  weightedForward(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
    return linear(x.reshape([-1, 8]), weight, bias).reshape([-1, 8]);
  }

  override forward(x: Tensor): Tensor {
    return this.weightedForward(x, this.weight, this.bias);
  }
}

beforeEach(() => void manualSeed(0));

const largest = (x: Tensor) => amax(x.abs()).item();

describe("what no integer kernel computes runs in float, and is not taken for the layer it resembles", () => {
  const cases: [string, () => Net, string[], number[]][] = [
    [
      "a layer fused with an activation other than ReLU",
      () => new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.Hardswish()),
      ["0", "1"],
      [8, 3, 8, 8],
    ],
    ["a layer of the user's own", () => new nn.Sequential(new BlockLinear()), [], [8, 16]],
    [
      "a subclass with an operation of its own",
      () => new nn.Sequential(new DoubledConv2d(3, 4, 3)),
      [],
      [8, 3, 8, 8],
    ],
  ];

  it.each(cases)("%s, calibrated", (_, net, names, shape) => {
    const [float, x] = [net().eval(), randn(shape)];
    const fused = names.length > 0 ? fuseModules(float, names, { rules }) : float;
    const prepared = prepare(new QuantWrapper(fused), { qconfig: getDefaultQConfig() });
    const expected = noGrad(() => prepared(x));
    const converted = convert(prepared);
    expect(converted.getSubmodule("module.0")).toBeInstanceOf(ViaFloat);
    const error = largest(noGrad(() => converted(x)).sub(expected));
    expect(error).toBeLessThan(0.03 * largest(expected));
  });

  it.each(cases)("%s, trained", (_, net, names, shape) => {
    const [float, x] = [net().train(), randn(shape)];
    const fused = names.length > 0 ? fuseModulesQat(float, names, { rules }) : float;
    const prepared = prepareQat(new QuantWrapper(fused), { qconfig: getDefaultQatQConfig() });
    noGrad(() => prepared(x));
    prepared.eval().apply(disableObserver);
    const simulated = noGrad(() => prepared(x)).toArray();
    const converted = convert(prepared);
    expect(converted.getSubmodule("module.0")).toBeInstanceOf(ViaFloat);
    expect(noGrad(() => converted(x)).toArray()).toEqual(simulated);
  });

  it("a layer fused for training and calibrated instead, batch norm included", () => {
    const float = new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.BatchNorm2d(4), new nn.ReLU()).train();
    const x = randn([8, 3, 8, 8]);
    for (let i = 0; i < 3; i++) noGrad(() => float(x.mul(3).add(1)));
    const fused = fuseModulesQat(float, ["0", "1", "2"]).eval();
    const prepared = prepare(new QuantWrapper(fused), { qconfig: getDefaultQConfig() });
    const expected = noGrad(() => prepared(x));
    const converted = convert(prepared);
    expect(converted.getSubmodule("module.0")).toBeInstanceOf(ViaFloat);
    const error = largest(noGrad(() => converted(x)).sub(expected));
    expect(error).toBeLessThan(0.03 * largest(expected));
  });

  it("but a subclass that only has a constructor of its own is the layer", () => {
    class Pointwise extends nn.Conv2d {
      constructor(inChannels: number, outChannels: number) {
        super(inChannels, outChannels, 1);
      }
    }
    const prepared = prepare(new QuantWrapper(new Pointwise(3, 4)).eval(), { qconfig: getDefaultQConfig() });
    noGrad(() => prepared(randn([2, 3, 8, 8])));
    expect(convert(prepared).getSubmodule("module")).toBeInstanceOf(QuantizedLayer);
  });
});

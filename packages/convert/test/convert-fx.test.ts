import { fuseModules, fuseModulesQat } from "@octavo/fusion";
import type { GraphModule } from "@octavo/graph";
import * as nn from "@octavo/nn";
import {
  DeQuantStub,
  FloatFunctional,
  getDefaultQatQConfig,
  getDefaultQatQConfigMapping,
  getDefaultQConfig,
  getDefaultQConfigMapping,
  prepare,
  prepareFx,
  prepareQat,
  prepareQatFx,
  QuantStub,
} from "@octavo/qat";
import { load } from "@octavo/runtime";
import { add, clamp, mul, noGrad, pad, randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  convert,
  convertFx,
  DeQuantize,
  lower,
  QFunctional,
  Quantize,
  QuantizedLayer,
} from "../src/index.ts";
import { goldenNets } from "./golden-nets.ts";

/** A residual block as one writes it, and as eager mode wants it. */
class Residual extends nn.Module<[x: Tensor], Tensor> {
  stem = new nn.Conv2d(3, 6, 1);
  conv = new nn.Conv2d(6, 6, 3, { padding: 1, bias: false });
  bn = new nn.BatchNorm2d(6);
  act = new nn.ReLU();

  override forward(x: Tensor): Tensor {
    const stem = this.stem(x);
    return this.act(add(this.bn(this.conv(stem)), stem));
  }
}

class EagerResidual extends Residual {
  quant = new QuantStub();
  skip = new FloatFunctional();
  dequant = new DeQuantStub();

  override forward(x: Tensor): Tensor {
    const stem = this.stem(this.quant(x));
    return this.dequant(this.skip.addRelu(this.bn(this.conv(stem)), stem));
  }
}

const kinds = { conv: 0, quantize: 0, dequantize: 0, functional: 0 };

function count(model: GraphModule): typeof kinds {
  const modules = [...model.modules()];
  const of = (type: abstract new (...args: never[]) => unknown) =>
    modules.filter((module) => module instanceof type).length;
  return {
    conv: of(QuantizedLayer),
    quantize: of(Quantize),
    dequantize: of(DeQuantize),
    functional: of(QFunctional),
  };
}

const image = (n = 2) => randn([n, 3, 10, 10]);
const bits = (model: nn.Module, x: Tensor) => noGrad(() => model(x) as Tensor).toArray();

async function expectSameIntegers(eager: nn.Module, graph: GraphModule): Promise<void> {
  const x = image(3);
  const expected = bits(eager, x);
  expect(bits(graph, x)).toEqual(expected);
  using session = await load(lower(graph, x));
  expect(session.run({ data: x.toArray() as Float32Array, shape: x.shape }).data).toEqual(expected);
}

describe("convertFx gives the integers of the eager flow", () => {
  it("after calibration: a residual block", async () => {
    const [net, eager] = [new Residual().eval(), new EagerResidual().eval()];
    eager.loadStateDict(net.stateDict());
    const x = image();
    const a = prepare(fuseModules(eager, [["conv", "bn"]]), { qconfig: getDefaultQConfig() });
    const b = prepareFx(net, getDefaultQConfigMapping(), x);
    noGrad(() => [a(x), b(x)]);
    const converted = convertFx(b);
    expect(count(converted)).toEqual({ conv: 2, quantize: 1, dequantize: 1, functional: 1 });
    await expectSameIntegers(convert(a), converted);
  });

  it("after calibration: a parameter and a constant as operands, tables in the program", async () => {
    class Affine extends nn.Module<[x: Tensor], Tensor> {
      conv = new nn.Conv2d(3, 6, 1);
      gain = new nn.Parameter(randn([6, 1, 1]));
      shift = new nn.Parameter(randn([6, 10, 10]));

      override forward(x: Tensor): Tensor {
        return add(this.shift, mul(mul(this.conv(x), this.gain), tensor(0.7))).relu();
      }
    }
    class EagerAffine extends Affine {
      quant = new QuantStub();
      quant1 = new QuantStub();
      quant2 = new QuantStub();
      quant3 = new QuantStub();
      scaled = new FloatFunctional();
      halved = new FloatFunctional();
      shifted = new FloatFunctional();
      dequant = new DeQuantStub();

      override forward(x: Tensor): Tensor {
        const scaled = this.scaled.mul(this.conv(this.quant(x)), this.quant1(this.gain));
        const y = this.halved.mul(scaled, this.quant2(tensor(0.7)));
        return this.dequant(this.shifted.addRelu(this.quant3(this.shift), y));
      }
    }
    const [net, eager] = [new Affine().eval(), new EagerAffine().eval()];
    eager.loadStateDict(net.stateDict());
    const a = prepare(eager, { qconfig: getDefaultQConfig() });
    const b = prepareFx(net, getDefaultQConfigMapping(), image());
    const x = image(8);
    noGrad(() => [a(x), b(x)]);
    const converted = convertFx(b);
    await expectSameIntegers(convert(a), converted);
    const ops = lower(converted, x).ops.map(({ op }) => op);
    expect(ops.filter((op) => op !== "reshape")).toEqual(
      "quantize conv channelLookup lookup dequantize binary unary quantize dequantize".split(" "),
    );
  });

  it("after training: conv, batch norm, relu, pooling, linear", async () => {
    const sizes = { c0: 3, c1: 8, c2: 6, s1: 2, s2: 1, pool: "max", classes: 5 };
    const make = () => goldenNets["conv-bn-relu"](sizes).train();
    const [net, eager] = [make(), make()];
    eager.loadStateDict(net.stateDict());
    const x = image(4);
    const a = prepareQat(fuseModulesQat(eager, eager.fusions), { qconfig: getDefaultQatQConfig() });
    const b = prepareQatFx(net, getDefaultQatQConfigMapping(), x);
    for (const one of [a, b] as nn.Module[]) {
      noGrad(() => one(x));
      one.eval();
      noGrad(() => one(x));
    }
    const converted = convertFx(b);
    expect(count(converted)).toEqual({ conv: 3, quantize: 1, dequantize: 1, functional: 0 });
    await expectSameIntegers(convert(a), converted);
  });

  it("a float part in the middle has stubs around it, no others", async () => {
    const net = new nn.Sequential(
      new nn.Conv2d(3, 4, 1),
      new nn.ReLU(),
      new nn.Conv2d(4, 4, 3),
      new nn.Conv2d(4, 2, 1),
    );
    const x = image();
    const mapping = getDefaultQConfigMapping().setModuleName("2", null);
    const prepared = prepareFx(net.eval(), mapping, x);
    noGrad(() => prepared(x));
    const converted = convertFx(prepared);
    expect(count(converted)).toEqual({ conv: 2, quantize: 2, dequantize: 2, functional: 0 });
    await expectSameIntegers(converted, converted.clone());
    expect(
      lower(converted, x)
        .ops.filter(({ op }) => /quantize/.test(op))
        .map(({ op }) => op),
    ).toEqual(["quantize", "dequantize", "quantize", "dequantize"]);
  });

  it("refuses a graph that was not prepared", () => {
    const net = new Residual().eval();
    const prepared = prepareFx(net, getDefaultQConfigMapping(), image());
    expect(() => convertFx(prepared)).toThrow(/expected an observer that saw data/);
    noGrad(() => prepared(image()));
    expect(() => convertFx(convertFx(prepared))).toThrow("converted already");
  });
});

it("keeps the model's types: inputs and result of its forward", () => {
  const image = randn([2, 3, 8, 8]);
  const prepared = prepareFx(new Residual().eval(), getDefaultQConfigMapping(), image);
  expectTypeOf(prepared(image)).toEqualTypeOf<Tensor>();
  const converted = convertFx(prepared);
  expectTypeOf<Parameters<typeof converted.forward>>().toEqualTypeOf<[x: Tensor]>();
  expect(noGrad(() => converted(image)).shape).toEqual([2, 6, 8, 8]);
});

describe("what leaves its input's range", () => {
  const functions: readonly (readonly [name: string, f: (y: Tensor) => Tensor, stays: boolean])[] = [
    ["sums as averages", (y) => nn.F.avgPool2d(y, 2, { divisorOverride: 1 }), false],
    ["a module's sums", new nn.AvgPool2d(2, { divisorOverride: 1 }), false],
    ["padding", (y) => pad(y, [1, 0], { value: 10 }), false],
    ["a lower bound", (y) => nn.F.hardtanh(y, { minVal: 2, maxVal: 5 }), false],
    ["an upper bound", (y) => clamp(y, { max: -2 }), false],
    ["averages", (y) => nn.F.avgPool2d(y, 2), true],
    ["padding with zeros", (y) => pad(y, [1, 0]), true],
    ["bounds around 0", (y) => clamp(y, { min: -1, max: 0.5 }), true],
  ];

  it.each(functions)("%s: float in graph mode if it does, and close to the model", (_, f, stays) => {
    class Net extends nn.Module<[x: Tensor], Tensor> {
      readonly first = new nn.Conv2d(1, 1, 1, { bias: false });
      readonly last = new nn.Conv2d(1, 1, 1, { bias: false });
      readonly module = f instanceof nn.Module ? f : null;
      override forward(x: Tensor): Tensor {
        return this.last((this.module ?? f)(this.first(x)));
      }
    }
    const net = new Net().eval();
    for (const weight of [net.first.weight, net.last.weight]) weight.raw().fill(1 as never);
    const x = tensor([0, 0.5, 1, 1], [1, 1, 2, 2]);
    const prepared = prepareFx(net, getDefaultQConfigMapping(), x);
    const want = prepared(x).toArray() as Float32Array;
    const converted = convertFx(prepared);
    const got = noGrad(() => converted(x)).toArray() as Float32Array;
    expect(converted.graph.nodes.filter((node) => `${node.targetName}`.startsWith("dequant"))).toHaveLength(
      stays ? 1 : 2,
    );
    // Half a step of each grid, and what histograms cut off; a range that does not hold the values costs 60 of 100.
    const most = 0.02 * Math.max(...want.map(Math.abs));
    got.forEach((y, i) => expect(Math.abs(y - want[i])).toBeLessThan(most));
  });
});

import { fakeQuantizeWith } from "@octavo/fake-quant";
import { fuseModules, fuseModulesQat } from "@octavo/fusion";
import { BatchNorm2d, Conv2d, Flatten, GRU, Linear, Module, ReLU, Sequential } from "@octavo/nn";
import { defaultPerChannelWeightObserver, PerChannelMinMaxObserver } from "@octavo/observers";
import {
  activationQuantizerOf,
  getDefaultQatQConfig,
  getDefaultQConfig,
  getDefaultQConfigMapping,
  prepare,
  prepareFx,
  prepareQat,
  prepareQatFx,
  QConfig,
  QConfigMapping,
  QuantWrapper,
} from "@octavo/qat";
import { load } from "@octavo/runtime";
import { QuantizationError } from "@octavo/spec";
import { noGrad, quantizePerChannel, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import { convert, convertFx, lower, quantizeDynamic } from "../src/index.ts";

const net = () =>
  new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU(), new Flatten(), new Linear(144, 5));
const group = [["module.0", "module.1", "module.2"]];
const x = randn([2, 3, 8, 8]);
const distance = (a: Tensor, b: Tensor) => Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i])));

describe("a qconfig without a weight", () => {
  const observed = QConfig({ activation: getDefaultQConfig().activation, weight: null });
  const trained = QConfig({ activation: getDefaultQatQConfig().activation, weight: null });

  it.each<[string, () => [float: Module, prepared: Module]]>([
    [
      "calibrated",
      () => {
        const model = new QuantWrapper(net().eval());
        return [model, prepare(fuseModules(model, group), { qconfig: observed })];
      },
    ],
    [
      "calibrated as a graph",
      () => {
        const model = net().eval();
        return [model, prepareFx(model, new QConfigMapping().setGlobal(observed), x)];
      },
    ],
    [
      "trained",
      () => {
        const model = new QuantWrapper(net().train());
        return [model, prepareQat(fuseModulesQat(model, group), { qconfig: trained })];
      },
    ],
    [
      "trained as a graph",
      () => {
        const model = net().train();
        return [model, prepareQatFx(model, new QConfigMapping().setGlobal(trained), x)];
      },
    ],
  ])("keeps the weight float, %s", async (_, make) => {
    const [float, prepared] = make();
    noGrad(() => prepared(x));
    // In evaluation mode both use the running statistics that this one batch left.
    float.loadStateDict(new Map([...prepared.stateDict()].filter(([key]) => key.includes("running"))), {
      strict: false,
    });
    const model = convert(prepared);
    const y = noGrad(() => model(x)) as Tensor;
    const program = lower(model, x);
    const ops = program.ops.map(({ op }) => op);
    expect(ops.filter((op) => ["floatConv", "floatLinear", "conv", "linear"].includes(op))).toEqual([
      "floatConv",
      "floatLinear",
    ]);
    using session = await load(program);
    expect(session.run({ data: x.data, shape: x.shape }).data).toEqual(y.data);
    if (!float.training) expect(distance(y, noGrad(() => float(x)) as Tensor)).toBeLessThan(0.05);
  });
});

describe("an activation per channel", () => {
  const perChannel = PerChannelMinMaxObserver.withArgs({ dtype: "quint8", chAxis: 1 });

  it("is refused by convert, where it got that far", () => {
    const prepared = prepare(new QuantWrapper(net().eval()), { qconfig: getDefaultQConfig() });
    noGrad(() => prepared(x));
    const conv = prepared.getSubmodule("module.0");
    const quantizer = fakeQuantizeWith(perChannel).create();
    quantizer(randn([2, 4, 6, 6]));
    activationQuantizerOf(conv)!.qparams = quantizer.qparams;
    expect(() => convert(prepared)).toThrow(QuantizationError);
    expect(() => convert(prepared)).toThrow(
      "convert of module.0 (Conv2d): expected one scale for the whole tensor: activations are quantized per tensor, got 4 along axis 1 (perChannelAffine).\n",
    );
  });

  it("is refused by converted modules", () => {
    const prepared = prepare(new QuantWrapper(new Linear(4, 2).eval()), { qconfig: getDefaultQConfig() });
    noGrad(() => prepared(randn([2, 4])));
    const linear = convert(prepared).getSubmodule("module");
    const input = quantizePerChannel(randn([2, 4]), [1, 2, 3, 4], [0, 0, 0, 0], 1, "quint8");
    expect(() => linear(input)).toThrow(
      /^QuantizedLinear: expected one scale for the whole tensor.*got 4 along/,
    );
  });
});

describe("qconfigs after convert", () => {
  class Net extends Module<[Tensor], Tensor> {
    r = new GRU(4, 6, { batchFirst: true });
    fc = new Linear(6, 3);
    override forward(x: Tensor): Tensor {
      return this.fc(this.r(x)[0].mean({ dim: 1 }));
    }
  }

  it("are gone, so that quantizeDynamic takes what stayed float", async () => {
    const model = new Net().eval();
    const sequences = randn([2, 5, 4]);
    const prepared = prepareFx(model, getDefaultQConfigMapping(), sequences);
    noGrad(() => prepared(sequences));
    const converted = convertFx(prepared);
    expect([...converted.modules()].filter(({ qconfig }) => qconfig !== undefined)).toEqual([]);
    expect(prepared.getSubmodule("fc").qconfig).toBeDefined();
    const quantized = quantizeDynamic(converted);
    const y = noGrad(() => quantized(sequences));
    const program = lower(quantized, sequences);
    expect(program.ops.map(({ op }) => op)).toEqual([
      "dynamicRecurrent",
      "reduce",
      "quantize",
      "linear",
      "dequantize",
    ]);
    using session = await load(program);
    expect(session.run({ data: sequences.data, shape: sequences.shape }).data).toEqual(y.data);
    expect(
      distance(
        y,
        noGrad(() => model(sequences)),
      ),
    ).toBeLessThan(0.05);
  });

  it("are gone in eager mode too, those that said null among them", () => {
    const model = new QuantWrapper(new Sequential(new Linear(4, 4), new Linear(4, 2)).eval());
    model.getSubmodule("module.1").qconfig = null;
    const prepared = prepare(model, {
      qconfig: QConfig({ ...getDefaultQConfig(), weight: defaultPerChannelWeightObserver }),
    });
    noGrad(() => prepared(randn([2, 4])));
    const converted = convert(prepared);
    expect([...converted.modules()].some((module) => "qconfig" in module)).toBe(false);
    expect(model.getSubmodule("module.1").qconfig).toBe(null);
  });
});

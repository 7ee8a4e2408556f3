import { disableFakeQuant, FakeQuantize } from "@octavo/fake-quant";
import { BNReLU2d, FusedModule, fuseModules, fuseModulesQat } from "@octavo/fusion";
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Dropout,
  Hardswish,
  Linear,
  LSTM,
  MaxPool2d,
  Module,
  ReLU,
  ReLU6,
  Sequential,
  SGD,
  Sigmoid,
} from "@octavo/nn";
import { FixedQParamsObserver, onWarning } from "@octavo/observers";
import type { HistogramObserver } from "@octavo/observers";
import { QuantizationError } from "@octavo/spec";
import { add, allocatedBytes, frame, noGrad, randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { describe, expect, it } from "vitest";
import {
  activationQuantizerOf,
  DeQuantStub,
  FloatFunctional,
  freezeBnStats,
  getDefaultQatQConfig,
  getDefaultQConfig,
  prepare,
  prepareQat,
  QatLayer,
  QConfig,
  QuantStub,
  QuantWrapper,
  updateBnStats,
} from "../src/index.ts";
import type { QatBnLayer } from "../src/index.ts";

class Net extends Module<[Tensor], Tensor> {
  quant = new QuantStub();
  conv = new Conv2d(2, 4, 3, { padding: 1, bias: false });
  bn = new BatchNorm2d(4);
  relu = new ReLU();
  skip = new FloatFunctional();
  body = new Sequential(
    new Conv2d(4, 4, 1),
    new ReLU6(),
    new Conv2d(4, 4, 1),
    new Hardswish(),
    new Dropout(0.5),
  );
  pool = new MaxPool2d(2);
  gate = new Sigmoid();
  up = new ConvTranspose2d(4, 3, 2, { stride: 2 });
  dequant = new DeQuantStub();

  override forward(x: Tensor): Tensor {
    const y = this.relu(this.bn(this.conv(this.quant(x))));
    return this.dequant(this.up(this.gate(this.pool(this.skip.add(y, this.body(y))))));
  }
}

const groups = ["conv", "bn", "relu"];
const fused = () => fuseModules(new Net().eval(), groups);
const fusedQat = () => fuseModulesQat(new Net().train(), groups);
const watched = (model: Module) =>
  [...model.namedModules()].filter(([, module]) => activationQuantizerOf(module)).map(([path]) => path);
const x = () => randn([2, 2, 6, 6]);

describe("prepare", () => {
  it("watches what torch watches: layers, stubs, functionals, activations with a range of their own", () => {
    const prepared = prepare(fused(), { qconfig: getDefaultQConfig() });
    expect(watched(prepared)).toEqual([
      "quant",
      "conv",
      "skip",
      "body.0",
      "body.1",
      "body.2",
      "body.3",
      "gate",
      "up",
    ]);
  });

  it("leaves the model alone, unless in place", () => {
    const model = fused();
    const before = String(model);
    const prepared = prepare(model, { qconfig: getDefaultQConfig() });
    expect([String(model), model.conv.forwardHooks.size]).toEqual([before, 0]);
    expect(prepare(model, { qconfig: getDefaultQConfig(), inplace: true })).toBe(model);
    expect(watched(model)).toEqual(watched(prepared));
  });

  it("does not change what the model computes, and sees each batch once", () => {
    const model = fused();
    const prepared = prepare(model, { qconfig: getDefaultQConfig() });
    const batch = x();
    const [expected, actual] = noGrad(() => [model(batch), prepared(batch)]);
    expect(actual.data).toEqual(expected.data);
    const { observer } = activationQuantizerOf(prepared.conv)!;
    const { histogram } = observer as HistogramObserver;
    expect(histogram.reduce((sum, count) => sum + count, 0)).toBe(2 * 4 * 6 * 6);
  });

  it("warns where batch norm or dropout would calibrate as they train", () => {
    const warnings: string[] = [];
    onWarning((message) => warnings.push(message));
    try {
      prepare(new Net().train(), { qconfig: getDefaultQConfig() });
      expect(warnings).toEqual([
        expect.stringMatching(/^prepare of Net: bn \(BatchNorm2d\) is in training mode/),
      ]);
      prepare(new Net().eval(), { qconfig: getDefaultQConfig() });
      prepare(new Sequential(new QuantStub(), new Conv2d(2, 4, 1)), { qconfig: getDefaultQConfig() });
      prepare(new Sequential(new Linear(2, 4), new Dropout(0)), { qconfig: getDefaultQConfig() });
      expect(warnings).toHaveLength(1);
      prepare(new Sequential(new Linear(2, 4), new Dropout()), { qconfig: getDefaultQConfig() });
      expect(warnings.slice(1)).toEqual([
        expect.stringMatching(/^prepare of Sequential: 1 \(Dropout\) is in training mode and would show/),
      ]);
    } finally {
      onWarning(null);
    }
  });

  it("knows the range of sigmoid", () => {
    const prepared = prepare(fused(), { qconfig: getDefaultQConfig() });
    expect(activationQuantizerOf(prepared.gate)!.observer).toBeInstanceOf(FixedQParamsObserver);
    expect(activationQuantizerOf(prepared.gate)!.qparams).toMatchObject({ scale: Float32Array.of(1 / 256) });
  });

  it("keeps modules with a null qconfig float, and those below them", () => {
    const model = fused();
    model.qconfig = getDefaultQConfig();
    model.body.qconfig = null;
    model.body[2].qconfig = getDefaultQConfig("qnnpack");
    expect(watched(prepare(model))).toEqual(["quant", "conv", "skip", "body.2", "gate", "up"]);
  });

  it("watches before other hooks of the module", () => {
    const model = new QuantWrapper(new Linear(2, 2));
    const order: boolean[] = [];
    model.module.registerForwardHook((module) => void order.push(activationQuantizerOf(module)!.hasQParams));
    prepare(model, { qconfig: getDefaultQConfig() })(randn([1, 2]));
    expect(order).toEqual([true]);
  });

  it("names observers by their place", () => {
    const prepared = prepare(fused(), { qconfig: getDefaultQConfig() });
    expect(() => prepared(tensor(new Float32Array(72).fill(Number.NaN), [1, 2, 6, 6]))).toThrow(
      /^quant\.activationPostProcess \(batch 1\): expected finite values, got NaN/,
    );
  });

  it("prints the observers", () => {
    const prepared = prepare(new QuantWrapper(new Linear(2, 3)).eval(), {
      qconfig: getDefaultQConfig("fbgemm"),
    });
    expect(String(prepared)).toBe(`QuantWrapper(
  (quant): QuantStub(
    (activationPostProcess): HistogramObserver(min_val=inf, max_val=-inf)
  )
  (module): Linear(
    in_features=2, out_features=3, bias=True
    (activationPostProcess): HistogramObserver(min_val=inf, max_val=-inf)
  )
  (dequant): DeQuantStub()
)`);
  });
});

describe("prepareQat", () => {
  it("trains weights, and watches the same modules", () => {
    const prepared = prepareQat(fusedQat(), { qconfig: getDefaultQatQConfig() });
    expect(watched(prepared)).toEqual(watched(prepare(fused(), { qconfig: getDefaultQConfig() })));
    const trained = [...prepared.namedModules()].filter(([, module]) => module instanceof QatLayer);
    expect(trained.map(([path, module]) => [path, module.typeName()])).toEqual([
      ["conv", "ConvBnReLU2d"],
      ["body.0", "Conv2d"],
      ["body.2", "Conv2d"],
      ["up", "ConvTranspose2d"],
    ]);
    const up = prepared.up as unknown as QatLayer;
    expect(up.weightFakeQuant.observer.axis).toBe(1);
    expect(up.weightFakeQuant.observer.name).toBe("up.weightFakeQuant");
  });

  it("trains: every parameter gets a gradient", () => {
    const prepared = prepareQat(fusedQat(), { qconfig: getDefaultQatQConfig() });
    prepared(x()).sum().backward();
    const without = [...prepared.namedParameters()].filter(([, parameter]) => parameter.grad === null);
    expect(without.map(([path]) => path)).toEqual([]);
  });

  it("takes no new memory once it is in its stride", () => {
    const prepared = prepareQat(fusedQat(), { qconfig: getDefaultQatQConfig() });
    const optimizer = new SGD(prepared.parameters(), { lr: 0.01 });
    const batch = x();
    const step = () =>
      frame(() => {
        optimizer.zeroGrad();
        prepared(batch).sum().backward();
        optimizer.step();
      });
    for (let i = 0; i < 3; i++) step();
    const before = allocatedBytes();
    for (let i = 0; i < 3; i++) step();
    expect(allocatedBytes()).toBe(before);
  });

  it("without rounding is the float model", () => {
    const model = fusedQat().eval();
    const prepared = prepareQat(model.train(), { qconfig: getDefaultQatQConfig() });
    prepared.apply(disableFakeQuant);
    const batch = x();
    const [expected, actual] = noGrad(() => [model.eval()(batch), prepared.eval()(batch)]);
    expected.data.forEach((value, i) => expect(actual.data[i]).toBeCloseTo(value, 5));
  });

  it("batch norm and activation alone stay as they are", () => {
    const model = new Sequential(
      new QuantStub(),
      new BNReLU2d(new BatchNorm2d(2), new ReLU()),
      new DeQuantStub(),
    );
    const prepared = prepareQat(model, { qconfig: getDefaultQatQConfig() });
    expect(prepared[1]).toBeInstanceOf(BNReLU2d);
    expect(watched(prepared)).toEqual(["0", "1"]);
  });

  it("clones share nothing with the original", () => {
    const original = prepareQat(fusedQat(), { qconfig: getDefaultQatQConfig() });
    original(x());
    const copy = original.clone();
    const [a, b] = [original, copy].map(({ conv }) => conv as unknown as QatBnLayer);
    expect(b.layer().weight).toBe(b.weight);
    expect(b.weight).not.toBe(a.weight);
    expect(b.weight.data).toEqual(a.weight.data);
    const batch = x();
    const eager = [original, copy].map((model) => noGrad(() => model.eval()(batch)));
    expect(eager[1].data).toEqual(eager[0].data);
    b.weight.data.fill(0);
    expect(a.weight.data).not.toEqual(b.weight.data);
    expect(String(copy)).toBe(String(original));
  });

  it("freezes and updates batch norm statistics of the whole model", () => {
    const model = prepareQat(fusedQat(), { qconfig: getDefaultQatQConfig() });
    const { bn } = model.conv as unknown as QatBnLayer;
    model.apply(freezeBnStats).train();
    const before = bn.runningMean!.data.slice();
    model(x());
    expect([bn.training, bn.runningMean!.data]).toEqual([false, before]);
    model.apply(updateBnStats)(x());
    expect(bn.runningMean!.data).not.toEqual(before);
  });

  it("prints as torch names the modules", () => {
    const conv = new Sequential(new Conv2d(2, 4, 3), new BatchNorm2d(4), new ReLU());
    const prepared = prepareQat(fuseModulesQat(conv, ["0", "1", "2"]), { qconfig: getDefaultQatQConfig() });
    expect(String(prepared[0])).toBe(`ConvBnReLU2d(
  2, 4, kernel_size=(3, 3), stride=(1, 1)
  (weightFakeQuant): FakeQuantize(MovingAveragePerChannelMinMaxObserver(min_val=tensor([]), max_val=tensor([])), qint8 -128..127, perChannelSymmetric, axis=0)
  (bn): BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
  (activationPostProcess): FakeQuantize(MovingAverageMinMaxObserver(min_val=inf, max_val=-inf), quint8 0..255, perTensorAffine)
)`);
  });
});

describe("errors of prepare and prepareQat", () => {
  const both = [
    ["prepare", fused, prepare, getDefaultQConfig()] as const,
    ["prepareQat", fusedQat, prepareQat, getDefaultQatQConfig()] as const,
  ];

  it.each(both)("%s: no qconfig", (name, make, run) => {
    expect(() => run(make())).toThrow(
      `${name} of Net: expected a qconfig on the model or on some of its modules, got none.\n` +
        `Set it first: model.qconfig = getDefault${name === "prepare" ? "" : "Qat"}QConfig().`,
    );
  });

  it.each(both)("%s: a qconfig, and nothing that it could quantize", (name, _, run, qconfig) => {
    expect(() => run(new Sequential(new LSTM(2, 2), new MaxPool2d(2)), { qconfig })).toThrow(
      `${name} of Sequential: expected a layer, stub or activation whose range can be observed, among what has a qconfig, ` +
        "got Sequential, LSTM, MaxPool2d.\nWhat convert made is quantized already",
    );
  });

  it.each(both)("%s: something else than a qconfig", (name, make, run) => {
    expect(() => run(make(), { qconfig: "fbgemm" as never })).toThrow(
      `${name} of Net: expected a QConfig, or null for float, got "fbgemm".\ngetDefaultQConfig(engine) makes one`,
    );
    const model = make();
    model.conv.qconfig = getDefaultQConfig as never;
    expect(() => run(model)).toThrow(
      /^qconfig of conv \(Conv(Bn)?ReLU2d\): expected a QConfig, or null for float, got function\./,
    );
  });

  it.each(both)("%s: prepared already", (name, make, run, qconfig) => {
    expect(() => run(run(make(), { qconfig }))).toThrow(
      `${name} of Net: expected a model that was not prepared yet, got an observer on quant (QuantStub).\n` +
        "Keep the float model and prepare it again, or go on with convert.",
    );
  });

  it.each(both)("%s: two qconfigs in a fused group", (_, make, run, qconfig) => {
    const model = make();
    model.qconfig = qconfig;
    (model.conv as unknown as Sequential)[1].qconfig = null;
    expect(() => run(model)).toThrow(
      /^conv \(Conv(Bn)?ReLU2d\): expected one qconfig for the whole fused group, QConfig\(.*\), got null on its (ReLU|BatchNorm2d)\.\n/,
    );
  });

  it.each([
    [
      getDefaultQConfig(),
      "options inplace, qconfig, got a QConfig.\nThe qconfig is an option: give { qconfig }.",
    ],
    [{ qConfig: getDefaultQConfig() }, "options inplace, qconfig, got qConfig."],
    ["x86", 'options inplace, qconfig, got "x86".'],
    [null, "options inplace, qconfig, got null."],
  ])("options that are none: %s", (options, message) => {
    expect(() => prepare(fused(), options as never)).toThrow(`prepare of Net: expected ${message}`);
    expect(() => prepareQat(fusedQat(), options as never)).toThrow(`prepareQat of Net: expected ${message}`);
  });

  it("prepareQat: evaluation mode", () => {
    expect(() => prepareQat(fusedQat().eval(), { qconfig: getDefaultQatQConfig() })).toThrow(
      "prepareQat of Net: expected a model in training mode, got one in evaluation mode.\n" +
        "Call model.train() first, or use prepare for post-training quantization.",
    );
  });

  it("prepareQat: what the training form would leave out", () => {
    class Doubled extends Linear {
      override forward(x: Tensor): Tensor {
        return super.forward(x).mul(2);
      }
    }
    class Three extends FusedModule<[Linear, ReLU, Sigmoid]> {}
    const qconfig = getDefaultQatQConfig();
    expect(() => prepareQat(new Sequential(new Doubled(2, 2)).train(), { qconfig })).toThrow(
      "prepareQat of 0 (Doubled): expected a layer whose forward is weightedForward with its own weight, " +
        "got one that overrides forward alone.\nOverride weightedForward instead, or keep the layer in float",
    );
    const fused = new Sequential(new Three(new Linear(2, 2), new ReLU(), new Sigmoid()));
    expect(() => prepareQat(fused.train(), { qconfig })).toThrow(
      "prepareQat of 0 (Three): expected a layer, then at most one batch norm and one activation, " +
        "got Linear, ReLU, Sigmoid.\nFuse fewer modules.",
    );
    expect(() => prepare(new Sequential(new Doubled(2, 2)).eval(), { qconfig })).not.toThrow();
  });

  it("prepareQat: a qconfig that only observes", () => {
    expect(() => prepareQat(fusedQat(), { qconfig: getDefaultQConfig() })).toThrow(
      /^prepareQat of conv \(ConvBnReLU2d\): expected a qconfig whose weight quantizer rounds, got QConfig\(.*\)\.\ngetDefaultQatQConfig makes one/,
    );
    expect(
      () =>
        new QatLayer({ typeName: "Linear", layer: new Linear(2, 2), activation: null }, getDefaultQConfig()),
    ).toThrow(QuantizationError);
  });

  it("weight-only qconfigs are not watched", () => {
    const qconfig = QConfig({ ...getDefaultQatQConfig(), activation: null });
    const model = prepareQat(new Sequential(new QuantStub(), new Linear(2, 2)).train(), {
      qconfig: getDefaultQatQConfig(),
    });
    expect([...model.modules()].some((module) => module instanceof FakeQuantize)).toBe(true);
    expect(() => prepareQat(new Sequential(new Linear(2, 2)).train(), { qconfig })).toThrow(/got none/);
  });
});

describe("fuseModules of a model with an addition before a ReLU", () => {
  class Skip extends Module<[x: Tensor], Tensor> {
    conv = new Conv2d(3, 3, 1);
    skip = new FloatFunctional();
    relu = new ReLU();
    both = new FloatFunctional();
    shared = new FloatFunctional();

    override forward(x: Tensor): Tensor {
      const y = this.shared.add(this.conv(x), x);
      const z = this.both.addRelu(this.relu(this.skip.add(y, x)), y);
      return z;
    }
  }

  it("names addRelu", () => {
    const { report } = fuseModules(new Skip().eval(), randn([1, 3, 2, 2]));
    expect(report.unfused.map(({ members }) => members)).toEqual([["skip", "relu"]]);
    expect(report.unfused[0].reason).toMatch(/^one method, addRelu, does both/);
  });

  it("names it of modules alone that have it", () => {
    class Choice extends Module<[kind: string, x: Tensor], Tensor> {
      static readonly isLeafModule = true;

      override forward(kind: string, x: Tensor): Tensor {
        return kind === "add" ? add(x, 1) : x;
      }
    }
    class Net extends Module<[x: Tensor], Tensor> {
      choice = new Choice();
      relu = new ReLU();

      override forward(x: Tensor): Tensor {
        return this.relu(this.choice("add", x));
      }
    }
    expect(fuseModules(new Net().eval(), randn([1, 3])).report.unfused).toEqual([]);
  });
});

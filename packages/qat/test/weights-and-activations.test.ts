import { fakeQuantizeWith, disableObserver, observeWith } from "@octavo/fake-quant";
import { fuseModules, fuseModulesQat } from "@octavo/fusion";
import { BatchNorm2d, Conv2d, Embedding, Flatten, Linear, Module, ReLU, Sequential } from "@octavo/nn";
import {
  defaultFloatQParamsObserver4Bit,
  defaultPerChannelWeightObserver,
  MinMaxObserver,
  PerChannelMinMaxObserver,
} from "@octavo/observers";
import { ArgumentError, onWarning, QuantizationError } from "@octavo/spec";
import { randn } from "@octavo/tensor";
import { afterEach, describe, expect, it } from "vitest";
import {
  floatQParamsWeightOnlyQConfig,
  getDefaultQatQConfig,
  getDefaultQConfig,
  prepare,
  prepareFx,
  prepareQat,
  QConfig,
  QConfigMapping,
  QuantWrapper,
} from "../src/index.ts";

const net = () =>
  new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU(), new Flatten(), new Linear(144, 5));
const group = [["module.0", "module.1", "module.2"]];
const float = () => new QuantWrapper(net().eval());

describe("activations", () => {
  const perChannel = PerChannelMinMaxObserver.withArgs({ dtype: "quint8", chAxis: 1 });
  const message =
    'expected an observer with one scale: activations are quantized per tensor, got PerChannelMinMaxObserver.withArgs({"dtype":"quint8","chAxis":1}), which is perChannelAffine.\n';

  it("are quantized per tensor: QConfig refuses observers per channel", () => {
    for (const activation of [perChannel, observeWith(perChannel), fakeQuantizeWith(perChannel)]) {
      const make = () => QConfig({ activation, weight: defaultPerChannelWeightObserver });
      expect(make).toThrow(ArgumentError);
      expect(make).toThrow("QConfig activation: expected an observer with one scale");
    }
  });

  it("and so do prepare and mappings, of a qconfig that was put together by hand", () => {
    const qconfig = { ...getDefaultQConfig(), activation: observeWith(perChannel) };
    expect(() => prepare(float(), { qconfig })).toThrow(`prepare of QuantWrapper: ${message}`);
    const model = float();
    model.getSubmodule("module.4").qconfig = qconfig;
    expect(() => prepare(model)).toThrow(`qconfig of module.4 (Linear): ${message}`);
    expect(() => new QConfigMapping().setGlobal(qconfig)).toThrow(`setGlobal: ${message}`);
  });
});

describe("weights of layers", () => {
  const activation = getDefaultQConfig().activation;

  it.each([
    ["quint8", MinMaxObserver.withArgs({ dtype: "quint8" }), "qint8, got Min", "which makes quint8.\n"],
    ["qint32", MinMaxObserver.withArgs({ dtype: "qint32" }), "qint8, got Min", "which makes qint32.\n"],
    [
      "quint4x2",
      defaultFloatQParamsObserver4Bit,
      "qint8 with integer zero points, got PerChannelMinMaxObserver",
      "which makes quint4x2, perChannelAffineFloatQParams.\n",
    ],
  ])("are qint8, not %s", (_, weight, expected, got) => {
    const qconfig = QConfig({ activation, weight });
    const fused = () => prepare(fuseModules(float(), group), { qconfig });
    expect(fused).toThrow(QuantizationError);
    expect(fused).toThrow(
      `prepare of module.0 (ConvReLU2d): expected a qconfig whose weights are ${expected}`,
    );
    expect(fused).toThrow(got);
    const mapping = new QConfigMapping().setGlobal(getDefaultQConfig()).setObjectType(Linear, qconfig);
    expect(() => prepareFx(net().eval(), mapping, randn([1, 3, 8, 8]))).toThrow("prepare of 4 (Linear): ");
    const train = () => prepareQat(new QuantWrapper(net().train()), { qconfig });
    expect(train).toThrow("prepareQat of module.0 (Conv2d): ");
  });

  it("not those of embeddings", () => {
    class Words extends Module {
      table = new Embedding(5, 4);
      override forward(words: never): unknown {
        return this.table(words);
      }
    }
    const model = new Words().eval();
    model.table.qconfig = floatQParamsWeightOnlyQConfig;
    expect(() => prepare(model)).not.toThrow();
  });
});

describe("observers that were switched off before they saw data", () => {
  afterEach(() => onWarning(null));

  it.each([
    ["a layer", (model: QuantWrapper) => model, "module.4"],
    ["a layer with batch norm", (model: QuantWrapper) => fuseModulesQat(model, group), "module.0"],
  ])("leave %s without a scale for each channel", (_, fuse, path) => {
    onWarning(() => {});
    const prepared = prepareQat(fuse(new QuantWrapper(net().train())), { qconfig: getDefaultQatQConfig() });
    const layer = prepared.getSubmodule(path);
    const x = path === "module.0" ? randn([2, 3, 8, 8]) : randn([2, 144]);
    layer.apply(disableObserver);
    expect(() => layer(x)).toThrow(QuantizationError);
    expect(() => layer(x)).toThrow(
      `${path}.weightFakeQuant: expected an observer that saw data, to round with a scale for each channel, got ` +
        "MovingAveragePerChannelMinMaxObserver(min_val=tensor([]), max_val=tensor([])) that saw nothing.\nRun a batch before disableObserver",
    );
  });
});

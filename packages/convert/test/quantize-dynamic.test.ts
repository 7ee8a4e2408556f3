import * as nn from "@octavo/nn";
import { defaultDynamicQConfig, getDefaultQConfig, perChannelDynamicQConfig } from "@octavo/qat";
import { load } from "@octavo/runtime";
import { dequantize, noGrad, quantizePerTensor, randn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { goldens } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import { DynamicQuantizedLayer, lower, quantizeDynamic } from "../src/index.ts";
import { closeTo, countBeyond, goldenTensor } from "./golden-flow.ts";

const net = () => new nn.Sequential(new nn.Linear(20, 30), new nn.ReLU(), new nn.Linear(30, 5));
const largest = (x: Tensor) => (x.toArray() as Float32Array).reduce((m, v) => Math.max(m, Math.abs(v)), 0);

const group = goldens("quantized-ops");
describe.skipIf(group.absent)(`${group.title}, dynamic convolutions`, () => {
  /** torch rounds what comes out as well, to 8 bits with the scale and zero point of what goes in, and so cuts it off. */
  function asTorch(y: Tensor, x: Tensor, reduceRange: boolean): Tensor {
    const values = x.toArray() as Float32Array;
    const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
    const scale = (high - low) / (reduceRange ? 127 : 255);
    return dequantize(quantizePerTensor(y, scale, Math.round(-low / scale), "quint8"));
  }

  const rows = [1, 2, 3].flatMap((rank) =>
    group.select(`dynamic_Conv${rank}d/`).map((row) => [rank, row] as const),
  );
  const both = rows.flatMap(([rank, row]) =>
    [true, false].map((reduceRange) => [rank, reduceRange, row] as const),
  );

  // fbgemm takes 7 bits of the inputs, qnnpack 8.
  it.each(both)("of %i axes, reduceRange %s", async (rank, reduceRange, row) => {
    const type = [nn.Conv1d, nn.Conv2d, nn.Conv3d][rank - 1];
    const float: nn.Module<[x: Tensor], Tensor> = new type(3, 4, 3, { padding: 1 });
    float.loadStateDict(new Map(["weight", "bias"].map((name) => [name, goldenTensor(row.input(name))])));
    float.qconfig = defaultDynamicQConfig;
    const layer = quantizeDynamic(float, { reduceRange });
    expect(layer).toBeInstanceOf(DynamicQuantizedLayer);
    expect(`${layer}`).toMatch(`DynamicQuantizedConv${rank}d(3, 4, kernel_size=(3,`);
    const x = goldenTensor(row.input("x"));
    const y = noGrad(() => layer(x));
    const expected = row.output(reduceRange ? "y_fbgemm" : "y_qnnpack");
    // qnnpack adds its bias as an integer, which moves a few of the integers by 1.
    const moved = reduceRange ? 0 : Math.ceil(y.numel / 500);
    expect(countBeyond(asTorch(y, x, reduceRange), expected, 1e-6)).toBeLessThanOrEqual(moved);
    closeTo(asTorch(y, x, reduceRange), expected, 1 / 100);
    using session = await load(lower(layer, x));
    const { data } = session.run({ data: x.toArray() as Float32Array, shape: x.shape });
    expect([...(data as Float32Array)]).toEqual([...y.toArray()]);
  });
});

describe("quantizeDynamic", () => {
  it("keeps convolutions, unless their qconfig says that inputs are dynamic", () => {
    const net = new nn.Sequential(new nn.Conv2d(2, 4, 3, { groups: 2 }), new nn.Linear(3, 3));
    expect(quantizeDynamic(net).getSubmodule("0")).toBeInstanceOf(nn.Conv2d);
    net.qconfig = getDefaultQConfig();
    expect(quantizeDynamic(net).getSubmodule("0")).toBeInstanceOf(nn.Conv2d);
    net.qconfig = perChannelDynamicQConfig;
    const dynamic = quantizeDynamic(net);
    expect(dynamic.getSubmodule("0")).toBeInstanceOf(DynamicQuantizedLayer);
    const x = randn([2, 2, 5, 5]);
    const [want, got] = noGrad(() => [net(x), dynamic(x)]);
    expect(largest(got.sub(want))).toBeLessThan(0.03 * largest(want));
  });

  it("stays close to the float model, whose copy it is", () => {
    const float = net();
    const dynamic = quantizeDynamic(float);
    expect(float.getSubmodule("0")).toBeInstanceOf(nn.Linear);
    expect(dynamic.getSubmodule("0")).toBeInstanceOf(DynamicQuantizedLayer);
    expect(`${dynamic.getSubmodule("2")}`).toBe(
      "DynamicQuantizedLinear(in_features=30, out_features=5, dtype=torch.qint8, qscheme=torch.per_channel_affine)",
    );
    const x = randn([7, 3, 20]);
    const [want, got] = noGrad(() => [float(x), dynamic(x)]);
    expect(got.shape).toEqual([7, 3, 5]);
    expect(largest(got.sub(want))).toBeLessThan(0.03 * largest(want));
    expect(largest(got.sub(want))).toBeGreaterThan(0);
  });

  it("keeps layers with a null qconfig, and takes other weights", () => {
    const float = net();
    float.getSubmodule("0").qconfig = null;
    const dynamic = quantizeDynamic(float, { qconfig: getDefaultQConfig("qnnpack"), inplace: true });
    expect(dynamic).toBe(float);
    expect(dynamic.getSubmodule("0")).toBeInstanceOf(nn.Linear);
    expect((dynamic.getSubmodule("2") as DynamicQuantizedLayer).weight.qparams!.axis).toBe(null);
  });

  it("loads the state of another", () => {
    const [one, other] = [quantizeDynamic(net()), quantizeDynamic(net())];
    const x = randn([4, 20]);
    other.loadStateDict(one.stateDict());
    expect([...noGrad(() => other(x)).toArray()]).toEqual([...noGrad(() => one(x)).toArray()]);
  });

  it("says of a model that it is converted already", () => {
    const dynamic = quantizeDynamic(net());
    expect(() => quantizeDynamic(dynamic)).toThrow(
      "quantizeDynamic of Sequential: expected a model with linear or recurrent layers, got one that is converted already: 0 is a DynamicQuantizedLinear.\nKeep the float model to quantize it again.",
    );
    expect(() => quantizeDynamic(quantizeDynamic(new nn.GRU(2, 3)))).toThrow(
      "converted already: the model itself is a DynamicQuantizedGRU.",
    );
    expect(() => quantizeDynamic(dynamic, { dtype: "quint8" })).toThrow("embeddings, got one without.");
    const table = quantizeDynamic(new nn.Sequential(new nn.Embedding(5, 2)), { dtype: "quint8" });
    expect(() => quantizeDynamic(table, { dtype: "quint4x2" })).toThrow(
      "converted already: 0 is a QuantizedEmbedding.",
    );
  });

  it.each<[nn.Module, string, "qint8" | "quint8"]>([
    [new nn.Linear(2, 3), "weight", "qint8"],
    [new nn.LSTM(2, 3), "weight_hh_l0", "qint8"],
    [new nn.GRUCell(2, 3), "weight_ih", "qint8"],
    [new nn.Embedding(5, 2), "weight", "quint8"],
  ])("names the module of a weight with NaN: %s", (layer, weight, dtype) => {
    layer.stateDict().get(weight)!.data[0] = NaN;
    const model = new nn.Sequential(new nn.ReLU(), layer as nn.Module<[Tensor], Tensor>);
    const name = layer.typeName();
    expect(() => quantizeDynamic(model, { dtype })).toThrow(
      `quantizeDynamic of 1 (${name}): expected finite values, got NaN in channel 0.`,
    );
    expect(() => quantizeDynamic(layer, { dtype })).toThrow(`quantizeDynamic of ${name}: expected finite`);
  });

  it("needs a linear layer", () => {
    expect(() => quantizeDynamic(new nn.Sequential(new nn.ReLU()))).toThrow(
      "quantizeDynamic of Sequential: expected a model with linear or recurrent layers, got one without.",
    );
  });
});

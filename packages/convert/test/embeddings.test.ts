import * as nn from "@octavo/nn";
import {
  floatQParamsWeightOnlyQConfig,
  floatQParamsWeightOnlyQConfig4Bit,
  getDefaultQConfig,
  getDefaultQConfigMapping,
  prepare,
  prepareFx,
} from "@octavo/qat";
import { load } from "@octavo/runtime";
import { packNibbles } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import { dequantize, noGrad, randn, tensor, Tensor } from "@octavo/tensor";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import {
  convert,
  convertFx,
  lower,
  QuantizedEmbedding,
  QuantizedEmbeddingBag,
  QuantizedLayer,
  quantizeDynamic,
} from "../src/index.ts";
import { quantizeTable } from "../src/internal/quantize-table.ts";
import { goldenTensor } from "./golden-flow.ts";

const floats = (x: Tensor) => [...(x.toArray() as Float32Array)];
const ints = (values: readonly number[], shape: readonly number[]) =>
  tensor(values, shape, { dtype: "int64" });

function embeddingOf(weight: Tensor): nn.Embedding {
  const layer = new nn.Embedding(weight.shape[0], weight.shape[1]);
  layer.loadStateDict(new Map([["weight", weight]]));
  return layer;
}

const quantized = (layer: nn.Embedding, bits: number) =>
  quantizeDynamic<nn.Module>(layer, { dtype: bits === 4 ? "quint4x2" : "quint8" }) as QuantizedEmbedding;

/**
 * torch's operators compute scale · q + bias, in one rounding and with 8 bits in float32; with 4 bits scale and bias are float16. So its
 * numbers lie within that rounding of (q − zeroPoint) · scale.
 */
function torchRounding(weight: Tensor, row: number, bits: number): number {
  const { scale, zeroPoint } = weight.qparams!;
  const size = scale[row] * (2 ** bits - 1) + Math.abs(zeroPoint[row] * scale[row]);
  return size * (bits === 4 ? 2 ** -11 : 2 ** -23);
}

/** `got` is made of the rows that `indices` say. */
function expectRows(
  got: Tensor,
  want: Float32Array,
  weight: Tensor,
  indices: readonly number[],
  bits: number,
) {
  const width = weight.shape[1];
  expect(got.numel).toBe(want.length);
  floats(got).forEach((y, i) => {
    const bound = torchRounding(weight, indices[Math.floor(i / width)], bits);
    if (Math.abs(y - want[i]) > bound) expect(y, `element ${i}`).toBe(want[i]);
  });
}

const rows = goldens("quantize");
describe.skipIf(rows.absent)(rows.title, () => {
  it.each(rows.select("per-channel-float/").map((row) => [row.name, row] as const))("%s", (_, row) => {
    const dtype = row.args.dtype as QParams["dtype"];
    const is4Bit = dtype === "quint4x2";
    const weight = quantizeTable(
      goldenTensor(row.input("x")),
      {
        dtype,
        qscheme: "perChannelAffineFloatQParams",
        scale: row.floats("scale"),
        zeroPoint: row.floats("zero_point"),
        axis: 0,
        quantMin: 0,
        quantMax: is4Bit ? 15 : 255,
      },
      "test",
    );
    expect(Array.from(weight.toArray() as Uint8Array)).toEqual(row.integers("q"));
    if (is4Bit) expect([...weight.raw<Uint8Array>()]).toEqual(row.integers("packed"));
    expect(floats(dequantize(weight))).toEqual([...row.floats("y")]);
  });

  it.each(rows.select("embedding-rows/").map((row) => [row.name, row] as const))("%s", (_, row) => {
    const bits = row.number("bits");
    const x = goldenTensor(row.input("x"));
    const [entries, width] = x.shape;
    const { weight } = quantized(embeddingOf(x), bits);
    const [packed, bytes] = [row.integers("packed"), (width * bits) / 8];
    const perRow = packed.length / entries;
    for (let r = 0; r < entries; r++) {
      const values = floats(x).slice(r * width, (r + 1) * width);
      // A row of equal numbers has a scale of 0 there, and of 1 here.
      if (values.every((value) => value === values[0])) continue;
      const own = [...weight.raw<Uint8Array>()].slice(r * bytes, (r + 1) * bytes);
      expect([r, ...own]).toEqual([r, ...packed.slice(r * perRow, r * perRow + bytes)]);
    }
    const each = Array.from({ length: entries }, (_, r) => r);
    expectRows(dequantize(weight), row.floats("y"), weight, each, bits);
  });
});

const flows = goldens("eager-ptq");
describe.skipIf(flows.absent)(flows.title, () => {
  class LstmNet extends nn.Module<[words: Tensor], Tensor> {
    emb: nn.Module<[indices: Tensor], Tensor>;
    lstm: nn.LSTM;
    fc: nn.Linear;

    constructor({ vocab, dim, hidden, layers, classes }: Record<string, number>) {
      super();
      this.emb = new nn.Embedding(vocab, dim);
      this.lstm = new nn.LSTM(dim, hidden, { numLayers: layers, batchFirst: true });
      this.fc = new nn.Linear(hidden, classes);
    }

    override forward(words: Tensor): Tensor {
      return this.fc(this.lstm(this.emb(words))[0]);
    }
  }

  it.each(flows.select("embedding-weight-only/").map((row) => [row.name, row] as const))("%s", (_, row) => {
    const bits = row.number("bits");
    const net = new LstmNet(row.args.sizes as never);
    net.emb.loadStateDict(new Map([["weight", goldenTensor(row.input("float.emb.weight"))]]));
    const converted = quantizeDynamic(net, { dtype: bits === 4 ? "quint4x2" : "quint8" });
    const { weight } = converted.emb as QuantizedEmbedding;
    expect([...weight.raw<Uint8Array>()]).toEqual(row.integers("q.emb.weight"));
    expect(weight.qparams!.scale).toEqual(row.floats("scale"));
    expect(weight.qparams!.zeroPoint).toEqual(row.floats("zero_point"));
    const x = row.input("x");
    const y = converted.emb(goldenTensor(x));
    expect(y.shape).toEqual(row.output("emb.y").shape);
    expectRows(y, row.floats("emb.y"), weight, row.integers("x"), bits);
    // torch says quint8 of a 4-bit table, and reads it so.
    const text = row.texts.converted.replace("torch.quint8", `torch.${weight.dtype}`);
    expect(converted.toString().replace(/^LstmNet/, "Lstm")).toBe(text);
  });
});

const operators = goldens("quantized-ops");
describe.skipIf(operators.absent)(operators.title, () => {
  const integers = (row: GoldenCase): Tensor => {
    const { shape } = row.input("w");
    const is4Bit = row.number("bits") === 4;
    const qparams: QParams = {
      dtype: is4Bit ? "quint4x2" : "quint8",
      qscheme: "perChannelAffineFloatQParams",
      scale: row.floats("w_scale"),
      zeroPoint: row.floats("w_zero_point"),
      axis: 0,
      quantMin: 0,
      quantMax: is4Bit ? 15 : 255,
    };
    const weight = new Tensor({ shape, dtype: qparams.dtype, qparams });
    weight.raw<Uint8Array>().set(is4Bit ? packNibbles(row.integers("w")) : row.integers("w"));
    return weight;
  };

  it.each(operators.select("embedding/").map((row) => [row.name, row] as const))("%s", (_, row) => {
    const bits = row.number("bits");
    const weight = integers(row);
    const [entries, width] = weight.shape;
    const state = new Map([["weight", weight]]);
    const layer = quantized(new nn.Embedding(entries, width), bits);
    layer.loadStateDict(state);
    const [index, offsets, factors] = ["index", "offsets", "per_sample_weights"].map((role) =>
      goldenTensor(row.input(role)),
    );
    const chosen = row.integers("index");
    expectRows(layer(index), row.floats("embedding"), weight, chosen, bits);
    const bag = quantizeDynamic<nn.Module>(new nn.EmbeddingBag(entries, width, { mode: "sum" }), {
      dtype: bits === 4 ? "quint4x2" : "quint8",
    }) as QuantizedEmbeddingBag;
    bag.loadStateDict(state);
    const starts = [...row.integers("offsets"), chosen.length];
    for (const [role, weights] of [
      ["bag_sum", null],
      ["bag_weighted", factors],
    ] as const) {
      const want = row.floats(role);
      floats(bag(index, offsets, weights)).forEach((y, i) => {
        const inBag = chosen.slice(starts[Math.floor(i / width)], starts[Math.floor(i / width) + 1]);
        // The sums of 3 at most are rounded too.
        const bound = 3 * inBag.reduce((sum, at) => sum + torchRounding(weight, at, bits), 0);
        expect(Math.abs(y - want[i]), `${role} ${i}`).toBeLessThanOrEqual(bound);
      });
    }
  });
});

describe("embeddings", () => {
  const qconfigs = { 8: floatQParamsWeightOnlyQConfig, 4: floatQParamsWeightOnlyQConfig4Bit } as const;

  class TextNet extends nn.Module<[words: Tensor], Tensor> {
    emb = new nn.EmbeddingBag(30, 8) as nn.Module<[words: Tensor], Tensor>;
    fc = new nn.Linear(8, 3);

    override forward(words: Tensor): Tensor {
      return this.fc(this.emb(words));
    }
  }

  it.each([8, 4] as const)("of %i bits by prepare and convert: near the float ones", (bits) => {
    const net = new nn.Sequential(new nn.Embedding(50, 16));
    const prepared = prepare(net, { qconfig: qconfigs[bits] });
    expect(`${prepared.getSubmodule("0")}`).toContain("PlaceholderObserver(dtype=torch.float32");
    const converted = convert(prepared);
    const layer = converted.getSubmodule("0") as QuantizedEmbedding;
    expect(layer).toBeInstanceOf(QuantizedEmbedding);
    expect(layer.weight.raw().length).toBe((50 * 16 * bits) / 8);
    const indices = ints([3, 49, 0, 7], [2, 2]);
    const [want, got] = noGrad(() => [net(indices), converted(indices)]);
    const step = layer.weight.qparams!.scale.reduce((a, b) => Math.max(a, b));
    floats(got.sub(want)).forEach((d) => expect(Math.abs(d)).toBeLessThanOrEqual(0.5001 * step));
    expect(floats(got)).not.toEqual(floats(want));
  });

  it.each(["sum", "mean", "max"] as const)(
    "bags of mode %s are those of their rows, given either way",
    (mode) => {
      const float = new nn.EmbeddingBag(20, 6, { mode });
      const bag = quantizeDynamic<nn.Module>(float, { dtype: "quint8" }) as QuantizedEmbeddingBag;
      const table = dequantize(bag.weight);
      float.loadStateDict(new Map([["weight", table]]));
      const words = [1, 5, 19, 0, 0, 2];
      const want = noGrad(() => floats(float(ints(words, [2, 3]))));
      const near = (got: Tensor) =>
        floats(got).forEach((y, i) => expect(Math.abs(y - want[i])).toBeLessThanOrEqual(1e-6));
      near(bag(ints(words, [2, 3])));
      near(bag(ints(words, [6]), ints([0, 3], [2])));
    },
  );

  it("take part in graph mode, beside layers on integers", () => {
    const net = new TextNet().eval();
    const words = ints([1, 2, 3, 4, 5, 29], [2, 3]);
    const mapping = getDefaultQConfigMapping().setObjectType(nn.EmbeddingBag, qconfigs[8]);
    const prepared = prepareFx(net, mapping, words);
    prepared(words);
    const converted = convertFx(prepared);
    const kinds = [...converted.modules()].map((module) => module.constructor);
    expect(kinds).toContain(QuantizedEmbeddingBag);
    expect(kinds).toContain(QuantizedLayer);
    const [want, got] = noGrad(() => [net(words), converted(words)].map(floats));
    got.forEach((y, i) => expect(Math.abs(y - want[i])).toBeLessThan(0.1));
  });

  it.each([8, 4, 32] as const)("of %i bits lower to a program with the same bits", async (bits) => {
    const net = new TextNet();
    if (bits !== 32) net.emb.qconfig = qconfigs[bits];
    else net.emb = new nn.Embedding(30, 8);
    const converted = quantizeDynamic(net);
    const words = ints([1, 2, 3, 4, 5, 29], [2, 3]);
    const expected = noGrad(() => converted(words));
    const program = lower(converted, words);
    using session = await load(program);
    const given = [1, 2, 3, 4, 5, 29];
    for (const data of [given, BigInt64Array.from(given, BigInt)]) {
      const { data: got } = session.run({ data, shape: [2, 3] }) as { data: Float32Array };
      expect([...got]).toEqual(floats(expected));
    }
    expect(() => session.run({ data: [1, 2, 30], shape: [1, 3] })).toThrow("indices");
  });

  it("keep their qconfig to themselves, and stay float under others", () => {
    const net = new TextNet();
    expect(quantizeDynamic(net).emb).toBeInstanceOf(nn.EmbeddingBag);
    expect(quantizeDynamic(net, { dtype: "quint4x2" }).fc).toBeInstanceOf(nn.Linear);
    const prepared = prepare(net, { qconfig: getDefaultQConfig() });
    expect(`${prepared.emb}`).toBe("EmbeddingBag(30, 8, mode='mean')");
  });

  it("load the state of another", () => {
    const [one, other] = [randn([5, 4]), randn([5, 4])].map((x) => quantized(embeddingOf(x), 4));
    other.loadStateDict(one.stateDict());
    const all = ints([0, 1, 2, 3, 4], [5]);
    expect(floats(other(all))).toEqual(floats(one(all)));
    const wide = quantized(embeddingOf(randn([5, 6])), 4);
    expect(() => wide.loadStateDict(one.stateDict())).toThrow("[5, 6]");
    const bytes = quantized(embeddingOf(randn([5, 4])), 8);
    expect(() => bytes.loadStateDict(one.stateDict())).toThrow("quint4x2");
  });

  it("say what is wrong", () => {
    const layer = quantized(new nn.Embedding(5, 4), 8);
    expect(() => layer(ints([5], [1]))).toThrow("expected indices from 0 to 4, got 5");
    expect(() => layer(tensor([1]))).toThrow("expected indices of int32 or int64, got float32 [1]");
    expect(() => quantized(new nn.Embedding(5, 3), 4)).toThrow("expected an even embeddingDim");
    expect(() => quantizeDynamic(new nn.Sequential(new nn.ReLU()), { dtype: "quint8" })).toThrow(
      "expected a model with embeddings, got one without",
    );
  });
});

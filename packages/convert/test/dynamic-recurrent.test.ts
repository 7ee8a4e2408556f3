import * as nn from "@octavo/nn";
import { defaultDynamicQConfig } from "@octavo/qat";
import { load } from "@octavo/runtime";
import { noGrad, randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { goldens } from "@octavo/testing";
import type { GoldenCase } from "@octavo/testing";
import { describe, expect, it } from "vitest";
import { DynamicQuantizedCell, DynamicQuantizedRecurrent, lower, quantizeDynamic } from "../src/index.ts";
import { closeTo, floatState, goldenTensor } from "./golden-flow.ts";

const floats = (x: Tensor) => [...(x.toArray() as Float32Array)];
const distance = (a: Tensor, b: Tensor) =>
  floats(a.sub(b)).reduce((most, difference) => Math.max(most, Math.abs(difference)), 0);

/** fbgemm quantizes inputs to 7 bits, qnnpack to 8; both have one scale for a weight. */
const engines = { fbgemm: true, qnnpack: false } as const;
type Engine = keyof typeof engines;
const asTorch = (engine: Engine) => ({ qconfig: defaultDynamicQConfig, reduceRange: engines[engine] });

const operators = goldens("quantized-ops");
describe.skipIf(operators.absent)(`${operators.title}, recurrent`, () => {
  const kinds = ["LSTM", "GRU", "LSTMCell", "GRUCell", "RNNCell"] as const;

  /** The float layer of a case, with its weights. */
  function layerOf(row: GoldenCase): nn.Module {
    const kind = row.name.slice("dynamic_".length).split("/")[0] as (typeof kinds)[number];
    const { hidden_size: hidden, num_layers: numLayers, bidirectional } = row.args as Record<string, number>;
    const { shape } = row.input("x");
    const options = kind.endsWith("Cell") ? {} : { numLayers, bidirectional: Boolean(bidirectional) };
    const layer: nn.Module = new nn[kind](shape[shape.length - 1], hidden, options);
    const weights = Object.keys(row.inputs).filter((name) => /^(weight|bias)_/.test(name));
    layer.loadStateDict(new Map(weights.map((name) => [name, goldenTensor(row.input(name))])));
    return layer;
  }

  const rows = kinds.flatMap((kind) => operators.select(`dynamic_${kind}/`));
  it.each(rows.map((row) => [row.name, row] as const))("%s: integers of the weights", (_, row) => {
    const state = quantizeDynamic(layerOf(row), asTorch("fbgemm")).stateDict();
    for (const [name, weight] of state) {
      if (!weight.qparams) continue;
      expect(weight.qparams.scale[0]).toBe(Math.fround(row.outputs[`${name}_scale`] as number));
      expect([name, ...weight.toArray()]).toEqual([name, ...row.integers(`${name}_int`)]);
    }
  });

  const both = rows.flatMap((row) =>
    (["fbgemm", "qnnpack"] as const).map((engine) => [row.name, engine, row] as const),
  );
  it.each(both)("%s as %s", (_, engine, row) => {
    const layer = quantizeDynamic(layerOf(row), asTorch(engine));
    expect(layer instanceof DynamicQuantizedRecurrent || layer instanceof DynamicQuantizedCell).toBe(true);
    const outputs = [noGrad(() => layer(goldenTensor(row.input("x"))) as unknown)].flat(2) as Tensor[];
    outputs.forEach((y, i) => closeTo(y, row.output(`y${i || ""}_${engine}`), 2e-6));
  });
});

class LstmNet extends nn.Module<[words: Tensor], Tensor> {
  emb: nn.Embedding;
  lstm: nn.LSTM;
  fc: nn.Linear;

  constructor({ vocab, dim, hidden, layers, bi, classes }: Record<string, number>) {
    super();
    this.emb = new nn.Embedding(vocab, dim);
    this.lstm = new nn.LSTM(dim, hidden, { numLayers: layers, batchFirst: true, bidirectional: Boolean(bi) });
    this.fc = new nn.Linear(bi ? 2 * hidden : hidden, classes);
  }

  override forward(words: Tensor): Tensor {
    const [output] = this.lstm(this.emb(words));
    return this.fc(output.select(1, output.shape[1] - 1));
  }
}

const flows = goldens("eager-ptq");
describe.skipIf(flows.absent)(flows.title, () => {
  const rows = flows.select("lstm-dynamic/").filter(({ args }) => args.dtype === "qint8");
  it.skip("lstm-dynamic/fbgemm/float16: weights of 16-bit floats", () => {});

  it.each(rows.map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const net = new LstmNet(row.args.sizes as never);
    net.loadStateDict(floatState(row));
    const x = goldenTensor(row.input("x"));
    closeTo(
      noGrad(() => net(x)),
      row.output("float.y"),
      1e-5,
    );
    const converted = quantizeDynamic(net, asTorch(row.args.engine as Engine));
    closeTo(
      noGrad(() => converted.lstm(converted.emb(x))[0]),
      row.output("lstm.y"),
      2e-6,
    );
    closeTo(
      noGrad(() => converted(x)),
      row.output("converted.y"),
      2e-6,
    );
    for (const [name, weight] of converted.stateDict()) {
      if (weight.qparams) expect([name, ...weight.toArray()]).toEqual([name, ...row.integers(`q.${name}`)]);
    }
    expect(converted.toString().replace(/^LstmNet/, "Lstm")).toBe(row.texts.converted);
  });
});

describe("dynamic recurrent layers", () => {
  const shapes = [
    { numLayers: 1 },
    { numLayers: 2, bidirectional: true },
    { numLayers: 2, batchFirst: true, bias: false },
    { bidirectional: true, batchFirst: true },
  ];
  const kinds = { LSTM: nn.LSTM, GRU: nn.GRU, RNN: nn.RNN } as const;
  const table = Object.entries(kinds).flatMap(([name, type]) =>
    shapes.map((options) => ({ name, type, options })),
  );

  it.each(table)("$name $options: near the float layer, in every form of call", ({ type, options }) => {
    const float = new type(6, 5, options) as nn.Module;
    const dynamic = quantizeDynamic(float);
    const layers = (options.numLayers ?? 1) * (options.bidirectional ? 2 : 1);
    const isLstm = float instanceof nn.LSTM;
    const pair = (state: () => Tensor) => (isLstm ? [state(), state()] : state());
    const calls = [
      [randn([4, 3, 6])],
      [randn([4, 3, 6]), pair(() => randn([layers, options.batchFirst ? 4 : 3, 5]).mul(0.3))],
      [randn([4, 6])],
      [randn([4, 6]), pair(() => randn([layers, 5]).mul(0.3))],
    ];
    for (const call of calls) {
      const run = (module: nn.Module) => [noGrad(() => module(...call) as unknown)].flat(2) as Tensor[];
      const [want, got] = [run(float), run(dynamic)];
      expect(got.map(({ shape }) => shape)).toEqual(want.map(({ shape }) => shape));
      got.forEach((y, i) => expect(distance(y, want[i])).toBeLessThan(0.03));
    }
  });

  it.each<[nn.Module, Tensor, Tensor]>([
    [new nn.LSTM(6, 5), randn([4, 3, 6]), randn([1, 3, 5])],
    [new nn.LSTMCell(6, 5), randn([3, 6]), randn([3, 5])],
  ])("%s: refuses one state instead of two, and cells a sequence", (float, x, h) => {
    const dynamic = quantizeDynamic(float);
    expect(() => dynamic(x, h)).toThrow(
      `${dynamic.typeName()}: expected initial states [h, c], two tensors, got a tensor by itself`,
    );
    expect(() => dynamic(randn([1, 4, 3, 6]))).toThrow(/expected an input of shape .* got \[1, 4, 3, 6\]/);
  });

  it.each(Object.entries({ LSTMCell: nn.LSTMCell, GRUCell: nn.GRUCell, RNNCell: nn.RNNCell }))(
    "%s: near the float cell, in every form of call",
    (_, type) => {
      const float = new type(6, 5) as nn.Module;
      const dynamic = quantizeDynamic(float);
      const pair = (state: () => Tensor) => (float instanceof nn.LSTMCell ? [state(), state()] : state());
      for (const call of [
        [randn([3, 6])],
        [randn([3, 6]), pair(() => randn([3, 5]))],
        [randn([6]), pair(() => randn([5]))],
      ]) {
        const run = (module: nn.Module) => [noGrad(() => module(...call) as unknown)].flat(2) as Tensor[];
        const [want, got] = [run(float), run(dynamic)];
        expect(got.map(({ shape }) => shape)).toEqual(want.map(({ shape }) => shape));
        got.forEach((y, i) => expect(distance(y, want[i])).toBeLessThan(0.03));
      }
    },
  );

  it.each([0, 1])("lower to a program with the same bits, directions %i", async (bi) => {
    const net = quantizeDynamic(new LstmNet({ vocab: 20, dim: 6, hidden: 7, layers: 2, bi, classes: 3 }));
    const words = tensor([1, 2, 3, 4, 19, 0, 7, 7], [2, 4], { dtype: "int64" });
    const program = lower(net, words);
    using session = await load(program);
    for (const shape of [
      [2, 4],
      [1, 4],
      [5, 4],
    ]) {
      const indices = Array.from({ length: shape[0] * 4 }, (_, i) => (7 * i) % 20);
      const { data } = session.run({ data: indices, shape }) as { data: Float32Array };
      const want = noGrad(() => net(tensor(indices, shape, { dtype: "int64" })));
      expect([...data]).toEqual(floats(want));
    }
    expect(program.ops.filter(({ op }) => op === "dynamicRecurrent").length).toBe(2 * (1 + bi));
  });

  it("lower neither with time first nor as float layers", () => {
    class OutputNet extends nn.Module<[x: Tensor], Tensor> {
      lstm = new nn.LSTM(6, 5);

      override forward(x: Tensor): Tensor {
        return this.lstm(x)[0];
      }
    }
    const x = randn([3, 2, 6]);
    expect(() => lower(quantizeDynamic(new OutputNet()), x)).toThrow(
      /only the first axis to follow the batch, .*\n.* Recurrent layers need batchFirst: true/,
    );
    expect(() => lower(new OutputNet(), x)).toThrow("got lstm (LSTM), a recurrent layer of floats");
  });

  it("load the state of another", () => {
    const [one, other] = [0, 1].map(() =>
      quantizeDynamic(new nn.GRU(6, 5, { numLayers: 2, bidirectional: true })),
    );
    expect([...one.stateDict().keys()].slice(0, 5)).toEqual([
      "weight_ih_l0",
      "weight_hh_l0",
      "bias_ih_l0",
      "bias_hh_l0",
      "weight_ih_l0_reverse",
    ]);
    other.loadStateDict(one.stateDict());
    const x = randn([3, 2, 6]);
    expect(floats(other(x)[0])).toEqual(floats(one(x)[0]));
    expect(floats(one.clone()(x)[0])).toEqual(floats(one(x)[0]));
    const wider = quantizeDynamic(new nn.GRU(6, 7, { numLayers: 2, bidirectional: true }));
    expect(() => wider.loadStateDict(one.stateDict())).toThrow("[21, 6]");
  });

  it("refuse inputs of another width, and states of another shape", () => {
    const layer = quantizeDynamic(new nn.LSTM(6, 5));
    expect(() => layer(randn([3, 2, 7]))).toThrow("expected an input of shape [time, batch, 6] or [time, 6]");
    expect(() => layer(randn([3, 2, 6]), [randn([1, 3, 5]), randn([1, 3, 5])])).toThrow(
      "expected states of shape [1, 2, 5] for an input of shape [3, 2, 6], got [1, 3, 5].\nThe batch is the second axis",
    );
  });
});

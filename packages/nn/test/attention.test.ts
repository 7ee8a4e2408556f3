import { GRU, LSTM, LSTMCell, MultiheadAttention, RNN } from "@octavo/nn";
import { manualSeed, randn, scaledDotProductAttention, tensor } from "@octavo/tensor";
import { beforeEach, describe, expect, it } from "vitest";

beforeEach(() => void manualSeed(6));

describe("attention", () => {
  it("sees what its mask permits, and nothing after a query if causal", () => {
    const [query, key, value] = [randn([1, 3, 4]), randn([1, 3, 4]), randn([1, 3, 2])];
    const permitted = tensor([1, 0, 0, 1, 1, 0, 1, 1, 1], [3, 3], { dtype: "bool" });
    const masked = scaledDotProductAttention(query, key, value, { attnMask: permitted });
    const causal = scaledDotProductAttention(query, key, value, { isCausal: true });
    expect([...masked.data]).toEqual([...causal.data]);
    expect([...masked.data.subarray(0, 2)]).toEqual([...value.data.subarray(0, 2)]);
  });

  it("of a module forbids padded keys, and takes inputs without a batch axis", () => {
    const module = new MultiheadAttention(4, 2, { batchFirst: true });
    const x = randn([2, 3, 4]);
    const keyPaddingMask = tensor([0, 0, 1, 0, 1, 0], [2, 3], { dtype: "bool" });
    const [output, weights] = module(x, x, x, { keyPaddingMask });
    expect(weights!.shape).toEqual([2, 3, 3]);
    const values = [...weights!.toArray()].map(Number);
    expect([2, 5, 8, 10, 13, 16].map((i) => values[i])).toEqual([0, 0, 0, 0, 0, 0]);
    const alone = x.select(0, 0);
    const mask = tensor([0, 0, 1, 0, 0, 1, 0, 0, 1], [3, 3], { dtype: "uint8" });
    const [single, none] = module(alone, alone, alone, { attnMask: mask, needWeights: false });
    expect(none).toBe(null);
    [...single.data].forEach((value, i) => expect(value).toBeCloseTo(output.data[i], 6));
  });

  it("names shapes that do not fit", () => {
    const module = new MultiheadAttention(4, 2);
    const x = randn([3, 1, 5]);
    expect(() => module(x, x, x)).toThrow(
      /^MultiheadAttention: expected query, key and value of 4, 4, 4 features.*got \[3, 1, 5\]/,
    );
    expect(() => new MultiheadAttention(4, 3)).toThrow("got 3 heads for 4 features");
    expect(() => scaledDotProductAttention(randn([2, 3]), randn([2, 4]), randn([2, 3]))).toThrow(
      "attention: expected query (…, L, E), key (…, S, E), value (…, S, Ev), got [2, 3], [2, 4], [2, 3].",
    );
  });
});

describe("recurrent layers", () => {
  it("start from zeros, and take inputs without a batch axis", () => {
    const lstm = new LSTM(3, 2, { numLayers: 2, bidirectional: true });
    const x = randn([4, 1, 3]);
    const [output, [h, c]] = lstm(x);
    expect([output.shape, h.shape, c.shape]).toEqual([
      [4, 1, 4],
      [4, 1, 2],
      [4, 1, 2],
    ]);
    const [alone, [lastH]] = lstm(x.squeeze(1));
    expect([alone.shape, lastH.shape]).toEqual([
      [4, 4],
      [4, 2],
    ]);
    expect([...alone.data]).toEqual([...output.data]);
    const [continued] = new GRU(3, 2)(x, undefined);
    expect(continued.shape).toEqual([4, 1, 2]);
    const cell = new LSTMCell(3, 2);
    expect(cell(randn([3]))[0].shape).toEqual([2]);
  });

  it("drop out between layers while training, from the default generator", () => {
    const rnn = new RNN(3, 50, { numLayers: 2, dropout: 0.5 });
    const x = randn([2, 1, 3]);
    const run = () => [...rnn(x)[0].data];
    const first = run();
    expect(run()).not.toEqual(first);
    rnn.eval();
    expect(run()).toEqual(run());
  });

  it("print as torch's, and name shapes that do not fit", () => {
    expect(String(new LSTM(3, 2, { numLayers: 2, batchFirst: true, bidirectional: true }))).toBe(
      "LSTM(3, 2, num_layers=2, batch_first=True, bidirectional=True)",
    );
    expect([...new GRU(3, 2, { bidirectional: true }).stateDict().keys()].slice(3, 6)).toEqual([
      "bias_hh_l0",
      "weight_ih_l0_reverse",
      "weight_hh_l0_reverse",
    ]);
    const gru = new GRU(3, 2);
    expect(() => gru(randn([4, 1, 5]))).toThrow(
      "GRU: expected an input of shape [time, batch, 3] or [time, 3], got [4, 1, 5].",
    );
    expect(() => gru(randn([4, 1, 3]), randn([1, 2, 2]))).toThrow(
      "GRU: expected states of shape [1, 1, 2] for an input of shape [4, 1, 3], got [1, 2, 2].",
    );
    expect(() => new RNN(3, 2, { nonlinearity: "sigmoid" as never })).toThrow(
      "expected nonlinearity tanh or relu",
    );
  });
});

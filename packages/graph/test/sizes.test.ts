import { describe, expect, it } from "vitest";
import { Conv2d, F, Linear, Module, ReLU, Sequential } from "@octavo/nn";
import { cat, ones, quantizePerTensor, randn, tensor, zeros } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { trace } from "../src/index.ts";

class Apply extends Module<any[], any> {
  override forward: (...inputs: any[]) => unknown;
  constructor(forward: (...inputs: any[]) => unknown) {
    super();
    this.forward = forward;
  }
}

const placeholders = (traced: ReturnType<typeof trace>) =>
  traced.graph.placeholders.map(({ name, kwargs }) => [name, kwargs]);

/** The graph of `forward`, traced with some inputs, gives what it gives with others. */
function expectSame(forward: (...inputs: any[]) => unknown, traced: Tensor[], given: Tensor[]): void {
  const net = new Apply(forward);
  const [a, b] = [trace(net, traced)(...given), net(...given)] as Tensor[];
  expect([a.shape, a.toArray()]).toEqual([b.shape, b.toArray()]);
}

describe("sizes that graphs read again", () => {
  it("the batch, of inputs that do not all have one", () => {
    const mean = (x: Tensor, b: Tensor): Tensor => x.sum({ dim: 0 }).div(x.shape[0]).add(b);
    expectSame(mean, [randn([3, 2]), zeros([2])], [ones([5, 2]), zeros([2])]);
    expectSame(mean, [randn([2, 2]), zeros([2])], [ones([5, 2]), zeros([2])]);
  });

  it("the batch and the length of sequences, with a mask as long, whether the sizes are equal or not", () => {
    const heads = (x: Tensor, mask: Tensor): Tensor => {
      const [n, t] = x.shape;
      return x
        .reshape([n, t, 2, 2])
        .permute([0, 2, 1, 3])
        .reshape([n * 1, 2, t, 2])
        .mul(mask.narrow(1, 0, 2));
    };
    for (const [n, t] of [
      [3, 5],
      [5, 5],
      [4, 2],
    ]) {
      expectSame(heads, [randn([n, t, 4]), randn([t, t])], [randn([7, 6, 4]), randn([6, 6])]);
    }
  });

  it("width and height, each its own, also where they were equal", () => {
    const same = (x: Tensor): Tensor => {
      const [n, c, h, w] = x.shape;
      return F.interpolate(F.maxPool2d(x, 2), { size: [h, w] }).reshape([n, c, h, w]);
    };
    expectSame(same, [randn([2, 2, 4, 4])], [randn([1, 2, 8, 6])]);
    expectSame(same, [randn([4, 4, 4, 4])], [randn([3, 2, 8, 6])]);
  });

  it("of every input", () => {
    const both = (x: Tensor, y: Tensor): Tensor =>
      cat([x.reshape([x.shape[0], -1]), y.reshape([-1, y.shape[1]])], { dim: 1 });
    expectSame(both, [randn([2, 3]), randn([2, 5])], [randn([4, 7]), randn([4, 1])]);
  });

  it("leave graphs alone that need none", () => {
    const net = new Sequential(new Conv2d(3, 4, 3), new ReLU());
    const traced = trace(net, randn([1, 3, 8, 8]));
    expect(traced.graph.nodes.map(String)).toEqual(["x", "_0", "_1", "output"]);
    expect(placeholders(traced)).toEqual([["x", {}]]);
    expect((traced(randn([2, 3, 16, 12])) as Tensor).shape).toEqual([2, 4, 14, 10]);
  });
});

describe("sizes that numbers were computed from", () => {
  it("are those of all inputs from then on", () => {
    const mean = new Apply((x: Tensor) => x.sum({ dim: [2, 3] }).div(x.shape[2] * x.shape[3]));
    const traced = trace(mean, randn([2, 3, 8, 6]));
    expect(placeholders(traced)).toEqual([["x", { sizes: { 2: 8, 3: 6 } }]]);
    const x = randn([5, 3, 8, 6]);
    expect((traced(x) as Tensor).toArray()).toEqual((mean(x) as Tensor).toArray());
    for (const graph of [traced, traced.clone()]) {
      expect(() => graph(randn([5, 3, 16, 6]))).toThrow(
        "graph node x: expected size 8 on axis 2, from which numbers of the graph were computed, got [5, 3, 16, 6].",
      );
      expect(() => graph(randn([5, 3, 8, 5]))).toThrow("expected size 6 on axis 3");
    }
  });

  it("are not the batch's", () => {
    const net = new Apply((x: Tensor, b: Tensor) => x.div(2 * x.shape[0]).add(b));
    expect(() => trace(net, [randn([3, 2]), zeros([2])])).toThrow(/trace: div: .*got 6 .* and 8 for others/);
  });

  it("are not those that a branch looks at", () => {
    const net = new Apply((x: Tensor) => (x.shape[1] > 5 ? x.relu() : x.neg()));
    expect(() => trace(net, randn([3, 4]))(randn([3, 5]))).toThrow("expected size 4 on axis 1");
  });

  it("are not asked of what the model does not take", () => {
    const net = new Sequential(new Linear(4, 2));
    const traced = trace(net, randn([3, 4]));
    expect(placeholders(traced)).toEqual([["x", {}]]);
    expect(() => traced(randn([3, 5]))).toThrow(/graph node _0: .*Linear/);
  });
});

it("inputs of integers and quantized tensors keep their types", () => {
  const seen = new Set<string>();
  const net = new Apply((x: Tensor, q: Tensor) => {
    seen.add(`${x.dtype} ${q.describe()}`);
    return F.embedding(x, ones([5, 2])).mul(q.dequantize().reshape([q.shape[0], q.shape[1], 1]));
  });
  const indices = tensor(
    [
      [0, 1, 4],
      [2, 2, 3],
    ],
    { dtype: "int32" },
  );
  const q = quantizePerTensor(ones([2, 3]), 0.5, 3, "quint8");
  const traced = trace(net, [indices, q]);
  const types = [...seen].map((text) => text.replace(/\[.*?\]$/, ""));
  expect(new Set(types).size).toBe(1);
  const other = [
    tensor([[4], [3], [2]], { dtype: "int32" }),
    quantizePerTensor(ones([3, 1]), 0.5, 3, "quint8"),
  ];
  expect((traced(...other) as Tensor).toArray()).toEqual((net(...other) as Tensor).toArray());
});

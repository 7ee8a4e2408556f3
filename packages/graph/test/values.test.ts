import { describe, expect, it } from "vitest";
import { BatchNorm2d, Conv2d, Dropout, Embedding, F, Linear, Module, ReLU, Sequential } from "@octavo/nn";
import type { ExtraState, StateDict } from "@octavo/nn";
import { add, full, manualSeed, mul, quantizePerTensor, randn, Tensor, tensor, zeros } from "@octavo/tensor";
import { trace } from "../src/index.ts";

class ConvThen extends Module<[x: Tensor], Tensor> {
  c = new Conv2d(3, 4, 3, { padding: 1 });
  readonly #then: (y: Tensor) => Tensor;

  constructor(then: (y: Tensor) => Tensor) {
    super();
    this.#then = then;
  }

  override forward(x: Tensor): Tensor {
    return this.#then(this.c(x));
  }
}

class Apply extends Module<unknown[], unknown> {
  override forward: (...inputs: any[]) => unknown;

  constructor(forward: (...inputs: any[]) => unknown) {
    super();
    this.forward = forward;
  }
}

const seeds = Array.from({ length: 12 }, (_, seed) => seed);
const shapes = [
  [1, 3, 8, 8],
  [4, 3, 8, 8],
];

describe("values that forward reads are found, whatever the seed", () => {
  const reads: Record<string, (y: Tensor) => Tensor> = {
    "divided by its largest magnitude": (y) => y.div(y.abs().amax().item()),
    "times its largest element": (y) => y.mul(y.amax().item()),
    "less its mean": (y) => y.sub(y.mean().item()),
    "divided by its standard deviation": (y) => y.div(y.std().item()),
    "a branch on the sign of the sum": (y) => (y.sum().item() > 0 ? y.relu() : y.neg()),
    "a branch on the sign of an element": (y) => (y.data[0] > 0 ? y.relu() : y.neg()),
    "a branch on the largest magnitude": (y) => (y.abs().amax().item() > 2 ? y.relu() : y.neg()),
    "an index from argmax": (y) => y.flatten({ startDim: 1 }).select(1, y.slice(0, 0, 1).argmax().item()),
    "a constant from toArray": (y) => y.add(full([1], Number(y.toArray()[0]))),
  };
  for (const [name, then] of Object.entries(reads)) {
    it.each(shapes.map((shape) => [shape]))(`${name}, of inputs [%s]`, (shape) => {
      for (const seed of seeds) {
        manualSeed(seed);
        const net = new ConvThen(then);
        const x = randn(shape);
        expect(() => trace(net, x), `seed ${seed}`).toThrow(/^trace: \w+: expected /);
      }
    });
  }

  it("in models for one batch size, and of inputs without a batch", () => {
    const scaled = (x: Tensor): Tensor => x.mul(x.amax().item());
    const fixed = new Apply((x: Tensor) => scaled(x.reshape([2, 6])));
    expect(() => trace(fixed, randn([2, 2, 3]))).toThrow(/trace: mul: .*got .* for the example inputs/);
    expect(() => trace(new Apply(scaled), tensor(3))).toThrow(/trace: mul: .*got 3 for the example inputs/);
    const two = new Apply((a: Tensor, b: Tensor) => add(a, mul(b, b.sum().item())));
    expect(() => trace(two, [randn([2, 5]), randn([5])])).toThrow(/trace: mul: /);
    const difference = new Apply((a: Tensor, b: Tensor) => mul(a, a.sub(b).sum().item()).add(b));
    expect(() => trace(difference, [zeros([2, 5]), zeros([2, 5])])).toThrow(/trace: mul: /);
  });

  it("of constant, infinite and missing values", () => {
    const scaled = new Apply((x: Tensor) => x.mul(x.sum().item()));
    for (const value of [0, 1, NaN, Infinity, -Infinity]) {
      expect(() => trace(scaled, full([2, 3], value)), String(value)).toThrow(/trace: mul: /);
    }
  });

  it("of integers and of quantized tensors", () => {
    const indices = tensor([[3, 1, 2]], { dtype: "int32" });
    const shifted = new Apply((x: Tensor) => x.dequantize().mul(x.dequantize().amin().item()));
    const looked = new Apply((x: Tensor) =>
      F.embedding(x, full([5, 2], Math.min(...Array.from<unknown, number>(x.toArray(), Number)))),
    );
    const x = quantizePerTensor(tensor([[1, 2, 3]]), 0.1, 10, "quint8");
    expect(() => trace(shifted, x)).toThrow(/trace: mul: /);
    expect(() => trace(looked, indices)).toThrow(/changes with the inputs/);
  });

  it("and not taken for the batch size", () => {
    const net = new Apply((x: Tensor) => x.mul(x.toArray()[0] as number));
    expect(() => trace(net, tensor([[2], [3]]))).toThrow(/trace: mul: /);
  });
});

describe("models that read no values are traced", () => {
  const convolutions = () =>
    new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU(), new Dropout(), new Conv2d(4, 2, 1));

  it.each([0, 1, NaN, Infinity, -Infinity, 1e38])("with inputs of %s", (value) => {
    trace(convolutions(), full([2, 3, 6, 6], value));
    trace(convolutions().eval(), full([1, 3, 6, 6], value));
  });

  it("in training mode, their statistics untouched", () => {
    const net = convolutions();
    const before = [...net.buffers()].map(String);
    trace(net, randn([3, 3, 6, 6]));
    expect([...net.buffers()].map(String)).toEqual(before);
    expect(net.training).toBe(true);
  });

  it("with observers inside, which forget what they saw", () => {
    class Watch extends Module<[x: Tensor], Tensor> implements ExtraState {
      static readonly isLeafModule = true;
      largest = -Infinity;
      loads = 0;
      override forward(x: Tensor): Tensor {
        if (this.loads === 0) this.largest = Math.max(this.largest, x.amax().item());
        return x;
      }
      extraState(): StateDict {
        return new Map([["largest", tensor([this.largest])]]);
      }
      loadExtraState(state: ReadonlyMap<string, Tensor>): void {
        this.largest = state.get("largest")!.item();
        this.loads += 1;
      }
    }
    const watch = new Watch();
    const net = new Sequential(watch, new ReLU());
    trace(net, randn([2, 3]));
    expect([watch.largest, watch.loads]).toEqual([-Infinity, 1]);
    trace(net, randn([2, 3]));
    expect(watch.loads, "what has not changed is not loaded").toBe(1);
  });

  it("with logarithms and roots, which have no values for other inputs", () => {
    trace(new Apply((x: Tensor) => x.log().add(x.sqrt()).mul(2)), full([2, 3], 4));
  });

  it("with indices, which stay what they are", () => {
    const seen = new Set<number>();
    class Words extends Module<[x: Tensor], Tensor> {
      table = new Look(7, 4);
      fc = new Linear(4, 2);
      override forward(x: Tensor): Tensor {
        return this.fc(this.table(x));
      }
    }
    class Look extends Embedding {
      static readonly isLeafModule = true;
      override forward(x: Tensor): Tensor {
        for (const index of x.toArray()) seen.add(Number(index));
        return super.forward(x);
      }
    }
    for (const dtype of ["int32", "int64"] as const) {
      trace(
        new Words(),
        tensor(
          [
            [0, 6, 3],
            [3, 0, 0],
          ],
          { dtype },
        ),
      );
    }
    expect([...seen].sort()).toEqual([0, 3, 6]);
  });

  it("with booleans, which stay what they are", () => {
    const mask = new Tensor({ shape: [2, 2], dtype: "bool" });
    mask.raw<Uint8Array>().set([1, 0, 0, 1]);
    const seen = new Set<string>();
    class Look extends Module<[x: Tensor, mask: Tensor], Tensor> {
      static readonly isLeafModule = true;
      override forward(x: Tensor, m: Tensor): Tensor {
        seen.add(m.toArray().slice(0, 4).join());
        return x;
      }
    }
    const net = Object.assign(new Apply(() => null), { look: new Look() });
    net.forward = (x: Tensor, m: Tensor) => net.look(x, m);
    trace(net, [randn([2, 2]), mask]);
    expect(seen.has("1,0,0,1")).toBe(true);
  });

  it("with quantized inputs", () => {
    const x = quantizePerTensor(randn([2, 3]), 0.1, 10, "quint8");
    const traced = trace(new Apply((q: Tensor) => q.dequantize().relu()), x);
    expect(traced.graph.nodes.map(String)).toEqual(["q", "dequantize", "relu", "output"]);
  });

  it("with several inputs, and with inputs without a batch", () => {
    trace(new Apply((a: Tensor, b: Tensor) => add(a, b)), [randn([2, 5]), randn([5])]);
    trace(new Apply((x: Tensor) => mul(x, 2)), tensor(3));
    trace(new Apply((x: Tensor) => mul(x, 2)), zeros([0, 3]));
  });

  it("with a shape that was the batch size, which is read again", () => {
    const traced = trace(new Apply((x: Tensor) => x.reshape([x.shape[0], -1])), randn([2, 3, 4]));
    expect((traced(randn([5, 3, 4])) as Tensor).shape).toEqual([5, 12]);
  });

  it("although they refuse other values", () => {
    const net = new Apply((x: Tensor) => {
      if (x.toArray().some((value) => value < 0 || value > 1)) throw new Error("no picture");
      return x.mul(2);
    });
    trace(net, full([2, 3], 0.5));
  });
});

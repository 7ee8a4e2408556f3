import { describe, expect, it } from "vitest";
import { BatchNorm2d, Conv2d, Dropout, Embedding, F, Linear, Module, ReLU, Sequential } from "@octavo/nn";
import type { ExtraState, StateDict } from "@octavo/nn";
import {
  add,
  full,
  mul,
  quantizePerTensor,
  randn,
  Tensor,
  tensor,
  toMemoryFormat,
  zeros,
} from "@octavo/tensor";
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

describe("elements that forward reads", () => {
  const reads: Record<string, (y: Tensor) => Tensor> = {
    "divided by its largest magnitude": (y) => y.div(y.abs().amax().item()),
    "a branch on the sign of the sum": (y) => (y.sum().item() > 0 ? y.relu() : y.neg()),
    "a branch that is hardly ever taken": (y) => (Number.isNaN(y.amax().item()) ? y.neg() : y),
    "an element of data": (y) => (y.data[0] > 0 ? y.relu() : y.neg()),
    "an element of raw": (y) => y.mul(y.raw<Float32Array>()[0]),
    "an index from argmax": (y) => y.flatten({ startDim: 1 }).select(1, y.slice(0, 0, 1).argmax().item()),
    "a constant from toArray": (y) => y.add(full([1], Number(y.toArray()[0]))),
    "without its history": (y) => y.mul(y.detach().amax().item()),
    "of a view": (y) => y.mul(y.flatten().detach().data[3]),
    "of another memory format": (y) => y.mul(toMemoryFormat(y.relu(), "contiguous").detach().data[3]),
    "a range": (y) => y.mul(y.range(null)?.max[0] ?? 1),
    "which it writes": (y) => {
      y.data.fill(0);
      return y;
    },
  };
  for (const [name, then] of Object.entries(reads)) {
    it(`are an error: ${name}`, () => {
      const net = Object.assign(new Apply(() => null), { part: new ConvThen(then) });
      net.forward = (x: Tensor) => net.part(x);
      expect(() => trace(net, randn([2, 3, 8, 8]))).toThrow(
        /^trace: forward of part: expected tensors to be used by operations and modules alone, got a read of/,
      );
    });
  }

  const refuse = (forward: (...inputs: any[]) => unknown, inputs: Tensor | Tensor[], what: string): void =>
    expect(() => trace(new Apply(forward), inputs)).toThrow(
      `trace: forward: expected tensors to be used by operations and modules alone, got a read of the elements of ${what}, by`,
    );

  it("in models for one batch size, of inputs without a batch, of several inputs", () => {
    const scaled = (x: Tensor): Tensor => x.mul(x.amax().item());
    refuse((x: Tensor) => scaled(x.reshape([2, 6])), randn([2, 2, 3]), "amax");
    refuse(scaled, tensor(3), "amax");
    refuse((a: Tensor, b: Tensor) => add(a, mul(b, b.sum().item())), [randn([2, 5]), randn([5])], "sum_1");
  });

  it("of integers and of quantized tensors", () => {
    const indices = tensor([[3, 1, 2]], { dtype: "int32" });
    const x = quantizePerTensor(tensor([[1, 2, 3]]), 0.1, 10, "quint8");
    const least = (y: Tensor) => y.dequantize().mul(y.dequantize().amin().item());
    refuse(least, x, "amin");
    refuse((y: Tensor) => y.dequantize().mul(Number(y.toArray()[0])), x, "y");
    refuse(
      (i: Tensor) => F.embedding(i, full([5, 2], Math.min(...Array.from(i.toArray(), Number)))),
      indices,
      "i",
    );
  });

  it("to refuse some of them", () => {
    const picture = (x: Tensor): Tensor => {
      if (x.toArray().some((value) => value < 0 || value > 1)) throw new Error("no picture");
      return x.mul(2);
    };
    refuse(picture, full([2, 3], 0.5), "x");
  });

  it("inside leaf modules are their own affair, unless the module returns them", () => {
    class Largest extends Module<[x: Tensor], unknown> {
      static readonly isLeafModule = true;
      readonly #as: (value: number) => unknown;
      constructor(as: (value: number) => unknown) {
        super();
        this.#as = as;
      }
      override forward(x: Tensor): unknown {
        return this.#as(x.amax().item());
      }
    }
    const times = (as: (value: number) => unknown, value: (result: any) => any) => {
      const net = Object.assign(new Apply(() => null), { largest: new Largest(as) });
      net.forward = (x: Tensor) => x.mul(value(net.largest(x)));
      return net;
    };
    const traced = trace(
      times(
        (value) => [tensor(value), null],
        ([x]) => x,
      ),
      tensor([1, 2]),
    );
    expect((traced(tensor([3, 4])) as Tensor).toArray()).toEqual(Float32Array.of(12, 16));
    const number = times(
      (value) => value,
      (x) => x,
    );
    expect(() => trace(number, tensor([1, 2]))).toThrow(
      "trace: largest: expected tensors, or lists and records of them, from a module that is a leaf, got 2, a number",
    );
    const record = times(
      (value) => ({ value, known: true }),
      (x) => x.value,
    );
    expect(() => trace(record, tensor([1, 2]))).toThrow(
      /^trace: getitem: expected tensors, .* got 2, a number/,
    );
  });

  it("are read for printing, and if they depend on no input", () => {
    const printed: string[] = [];
    const scale = tensor([0.5]);
    const traced = trace(
      new Apply((x: Tensor) => {
        printed.push(String(x.relu()));
        return x.mul(scale.item()).add(zeros([1]).add(scale).data[0]);
      }),
      tensor([1, -1]),
    );
    expect(printed[0]).toMatch(/^tensor\(\[1, 0\]/);
    expect((traced(tensor([2])) as Tensor).item()).toBe(1.5);
  });

  it("are whole in another memory format", () => {
    const net = new Apply((x: Tensor) => toMemoryFormat(x.relu(), "channelsLast").add(x));
    const x = randn([2, 3, 4, 4]);
    const y = trace(net, x)(x) as Tensor;
    expect(y.toArray()).toEqual((net(x) as Tensor).toArray());
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
});

import { describe, expect, it } from "vitest";
import { BatchNorm2d, Conv2d, Dropout, F, Linear, Module, Parameter, ReLU, Sequential } from "@octavo/nn";
import { ArgumentError } from "@octavo/spec";
import { add, full, mul, noGrad, randn, tensor, zeros } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { propagateShapes, trace } from "../src/index.ts";
import type { GraphModule } from "../src/index.ts";
import { nets } from "./nets.ts";

/** A model from a function: its fields are what the function's modules need. */
function model<F extends Record<string, unknown>>(
  fields: F,
  forward: (self: F & Module, x: any) => unknown,
): Module & F {
  class Net extends Module {
    override forward(x: Tensor): unknown {
      return forward(this as unknown as F & Module, x);
    }
  }
  return Object.assign(new Net(), fields) as unknown as Module & F;
}

const bits = (x: unknown) => [...(x as Tensor).toArray()];
const names = (traced: GraphModule) => traced.graph.nodes.map(String);

describe("trace", () => {
  it("gives a module that computes the same, bit for bit, for other inputs and batch sizes too", () => {
    for (const [name, make] of Object.entries(nets)) {
      const channels = ["cat", "add-relu"].includes(name) ? 4 : 3;
      const net = make().eval();
      const traced = trace(net, randn([2, channels, 8, 8]));
      for (const batch of [1, 2, 5]) {
        const x = randn([batch, channels, 8, 8]);
        const [a, b] = noGrad(() => [net(x), traced(x)].map((y) => [y].flat().map(bits)));
        expect(b, name).toEqual(a);
      }
    }
  });

  it.each([
    [{ image: zeros([1, 3, 8, 8]) }, "Object"],
    [3, "3"],
    [undefined, "undefined"],
  ])("refuses %s as example inputs", (given, got) => {
    expect(() => trace(nets.residual(), given as never)).toThrow(
      new ArgumentError({
        where: `trace of ${nets.residual().typeName()}`,
        expected: "example inputs: a tensor, or a list of forward's arguments",
        got,
      }),
    );
  });

  it("keeps the keys of the state dict, and shares its tensors", () => {
    const net = nets.residual();
    const traced = trace(net, randn([1, 3, 8, 8]));
    expect([...traced.stateDict().keys()].sort()).toEqual([...net.stateDict().keys()].sort());
    expect(traced.getSubmodule("conv1")).toBe(net.getSubmodule("conv1"));
  });

  it("leaves running statistics and training flags alone", () => {
    const net = new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new Dropout());
    net.getSubmodule("1").eval();
    const before = [...net.buffers()].map(bits);
    const traced = trace(net, randn([2, 3, 5, 5]));
    expect([...net.buffers()].map(bits)).toEqual(before);
    expect([...net.modules()].map((module) => module.training)).toEqual([true, true, false, true]);
    expect(traced.training).toBe(true);
  });

  it("notes shapes, dtypes and formats", () => {
    const traced = trace(nets.pool(), randn([2, 3, 8, 8]));
    expect(traced.graph.find("conv_0").meta).toEqual({
      shape: [2, 8, 8, 8],
      dtype: "float32",
      memoryFormat: "channelsLast",
    });
    propagateShapes(traced, randn([7, 3, 6, 6]));
    expect(traced.graph.find("conv_0").meta?.shape).toEqual([7, 8, 6, 6]);
    expect(traced.graph.find("fc2").meta?.shape).toEqual([7, 3]);
  });

  it("notes in whose forward each step is made", () => {
    const inner = model({ conv: new Conv2d(3, 3, 1) }, (self, x) => add(self.conv(x), x));
    const net = model({ inner, fc: new ReLU() }, (self, x) => mul(self.inner(self.fc(x)), x));
    const { graph } = trace(net, randn([1, 3, 4, 4])).clone();
    expect(graph.nodes.map(({ name, scope }) => `${name}: ${scope}`)).toEqual([
      "x: ",
      "fc: ",
      "inner_conv: inner",
      "add: inner",
      "mul: ",
      "output: ",
    ]);
  });

  it("names inputs as forward does, and makes constants of those that are no tensors", () => {
    const net = model({}, () => null);
    net.forward = function forward(left: Tensor, scale: number, right: Tensor) {
      return add(mul(left, scale), right);
    };
    const traced = trace(net, [ones(2), 3, ones(2)]);
    expect(traced.graph.placeholders.map(String)).toEqual(["left", "right"]);
    expect(bits(traced(ones(2), ones(2)))).toEqual([4, 4]);
  });

  it("calls a module twice as two nodes with one target", () => {
    const net = model({ fc: new Linear(3, 3) }, (self, x) => self.fc(self.fc(x)));
    const { nodes } = trace(net, randn([2, 3])).graph;
    expect(nodes.map((node) => `${node} ${node.targetName}`).slice(1, 3)).toEqual(["fc fc", "fc_1 fc"]);
  });

  it("lifts functional calls with weights into modules that share them", () => {
    const fields = {
      w: new Parameter(randn([4, 3, 3, 3])),
      gamma: new Parameter(randn([4])),
      up: new Parameter(randn([4, 2, 2, 2])),
    };
    const net = model(fields, (self, x) => {
      const y = F.conv2d(x, self.w, null, { stride: 2, padding: "valid" });
      return F.convTranspose2d(F.relu(mul(y, 2)), self.up, null, { stride: 2 });
    });
    const traced = trace(net, randn([1, 3, 7, 7]));
    expect(String(traced.getSubmodule("conv2d"))).toBe(
      "Conv2d(3, 4, kernel_size=(3, 3), stride=(2, 2), bias=False)",
    );
    expect(String(traced.getSubmodule("conv_transpose2d"))).toMatch(
      /^ConvTranspose2d\(4, 2, kernel_size=\(2, 2\)/,
    );
    expect((traced.getSubmodule("conv2d") as Conv2d).weight).toBe(net.w);
    const x = randn([2, 3, 9, 9]);
    expect(bits(traced(x))).toEqual(bits(net(x)));
  });

  it("lifts functional batch norm", () => {
    const bn = new BatchNorm2d(3).eval();
    bn.runningMean!.data.set([1, 2, 3]);
    class Custom extends BatchNorm2d {}
    const custom = Object.assign(new Custom(3, { eps: 0.1 }).eval(), { runningMean: bn.runningMean });
    const net = model({ custom }, (self, x) => self.custom(x)).eval();
    const traced = trace(net, randn([2, 3, 4, 4]));
    expect(traced.getSubmodule("batch_norm")).toBeInstanceOf(BatchNorm2d);
    const x = randn([2, 3, 4, 4]);
    expect(bits(traced(x))).toEqual(bits(net(x)));
  });

  it("leaves computed weights as functions, and keeps the tensors they need", () => {
    const net = model({ w: new Parameter(randn([4, 3])) }, (self, x) => F.linear(x, mul(self.w, 2)));
    const traced = trace(net, randn([2, 3]));
    expect(names(traced)).toEqual(["x", "w", "mul", "linear", "output"]);
    expect([...traced.stateDict().keys()]).toEqual(["w"]);
  });

  it("registers tensors from outside", () => {
    const table = tensor([1, 2, 3]);
    const net = model({}, (_, x) => add(add(x, table), full([3], 1)));
    const traced = trace(net, randn([2, 3]));
    expect([...traced.stateDict().keys()]).toEqual(["_tensor_constant0", "_tensor_constant1"]);
    expect(bits(traced(zeros([1, 3])))).toEqual([2, 3, 4]);
  });

  it("records modules that return their input, and detached tensors", () => {
    const net = model({ drop: new Dropout(), relu: new ReLU() }, (self, x) =>
      add(self.drop(x), self.relu(x.detach())),
    ).eval();
    const traced = trace(net, randn([2, 3]));
    expect(traced.graph.find("relu").args.map(String)).toEqual(["x"]);
    expect(traced.graph.find("add").args.map(String)).toEqual(["drop", "relu"]);
  });

  it("takes leaves as told", () => {
    const traced = trace(nets.preserved(), randn([1, 3, 4, 4]), {
      isLeaf: (module, path) => path === "sub" || module instanceof Conv2d,
    });
    expect(names(traced)).toEqual(["x", "first", "sub", "last", "output"]);
  });

  it("says which names of fields it needs", () => {
    const net = model({ graph: new Linear(3, 3) }, (self, x) => self.graph(x));
    expect(() => trace(net, randn([1, 3]))).toThrow(
      /GraphModule: graph: expected a field whose name is no member of GraphModule/,
    );
  });

  it("tells several results of a leaf apart", () => {
    class Pair extends Module {
      static readonly isLeafModule = true;
      override forward(x: Tensor): [Tensor, { twice: Tensor }, Tensor] {
        return [x, { twice: mul(x, 2) }, x];
      }
    }
    const net = model({ pair: new Pair() }, (self, x) => {
      const [once, { twice }] = self.pair(x) as ReturnType<Pair["forward"]>;
      return add(once, twice);
    });
    const traced = trace(net, ones(2));
    expect(names(traced)).toEqual(["x", "pair", "getitem", "getitem_1", "getitem_2", "add", "output"]);
    expect(bits(traced(ones(3)))).toEqual([3, 3, 3]);
  });
});

describe("trace refuses what it cannot follow", () => {
  const failures: [string, Module, RegExp][] = [
    [
      "an unused input",
      model({}, () => full([1], 1)),
      /expected an output that depends on every input, got none on x/,
    ],
    [
      "a value read from data",
      model({}, (_, x) => mul(x, Number((x as Tensor).data[0]))),
      /trace: forward: expected tensors to be used by operations and modules alone, got a read of the elements of x,/,
    ],
    [
      "a tensor made from values",
      model({}, (_, x) => add(x, full([1], (x as Tensor).data[0]))),
      /trace: forward: .*got a read of the elements of x,/,
    ],
    [
      "a branch on values",
      model({}, (_, x) => ((x as Tensor).data[0] > 1 ? F.relu(x) : F.sigmoid(x))),
      /trace: forward: .*got a read of the elements of x,/,
    ],
    [
      "a branch on values in a part of the model",
      model(
        { part: model({}, (_, x) => ((x as Tensor).data[0] > 1 ? F.relu(x) : F.sigmoid(x))) },
        (self, x) => self.part(x),
      ),
      /trace: forward of part: .*got a read of the elements of x,/,
    ],
    [
      "a branch on the batch size in a part of the model",
      model(
        { part: model({}, (_, x) => ((x as Tensor).shape[0] > 2 ? F.relu(x) : F.sigmoid(x))) },
        (self, x) => self.part(x),
      ),
      /trace: sigmoid in part: expected forward to do the same for all inputs, got sigmoid .* relu/,
    ],
    [
      "a tensor made from the batch size",
      model({}, (_, x) => add(x, full([1], (x as Tensor).shape[0] / 4))),
      /trace: add: .*got a tensor \[1\] made inside forward that changes with the inputs/,
    ],
    [
      "a module that is no field",
      model({ list: [new ReLU()] }, (self, x) => (self.list as Module[])[0](x)),
      /got a call of a ReLU that is not.\n.*ModuleList/,
    ],
    [
      "a number computed from the batch size",
      model({}, (_, x) => (x as Tensor).reshape([(x as Tensor).shape[0] * 2, -1])),
      /trace: reshape: .*got 4 for the example inputs and 6/,
    ],
  ];
  it.each(failures)("%s", (_, net, message) => {
    expect(() =>
      trace(
        net,
        tensor([
          [1, 5],
          [2, 6],
        ]),
      ),
    ).toThrow(message);
  });
});

function ones(size: number): Tensor {
  return full([size], 1);
}

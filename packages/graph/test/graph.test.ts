import { describe, expect, it } from "vitest";
import { Linear, ReLU, Sequential, Sigmoid } from "@octavo/nn";
import { randn, tensor } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { Graph, GraphModule, propagateShapes, trace } from "../src/index.ts";
import { nets } from "./nets.ts";

const bits = (x: unknown) => [...(x as Tensor).toArray()];

function traced(): GraphModule {
  const net = new Sequential({ fc: new Linear(3, 3), relu: new ReLU() });
  return trace(net.eval(), randn([1, 3]));
}

describe("what is no graph", () => {
  it("is named, and trace", () => {
    expect(() => propagateShapes(new Linear(2, 2) as never, randn([1, 2]))).toThrow(
      "propagateShapes: expected a GraphModule, got Linear.\ntrace(model, exampleInputs) makes one.",
    );
  });
});

describe("Graph", () => {
  it("prints as torch does", () => {
    const model = trace(nets.residual(), randn([1, 3, 8, 8]));
    expect(model.graph.toTable()).toBe(`\
opcode         name    target  args         kwargs
-------------  ------  ------  -----------  ------
placeholder    x       x       ()           {}
call_module    stem    stem    (x,)         {}
call_module    conv1   conv1   (stem,)      {}
call_module    bn1     bn1     (conv1,)     {}
call_module    relu    relu    (bn1,)       {}
call_module    conv2   conv2   (relu,)      {}
call_module    bn2     bn2     (conv2,)     {}
call_function  add     add     (bn2, stem)  {}
output         output  output  (add,)       {}`);
    expect(String(model.graph).split("\n").slice(0, 3)).toEqual([
      "graph():",
      "    %x : [num_users=1] = placeholder[target=x]",
      "    %stem : [num_users=2] = call_module[target=stem](args = (%x,), kwargs = {})",
    ]);
    expect(trace(nets.pool(), randn([1, 3, 8, 8])).code).toContain(
      `    conv_0 = getattr(self.conv, "0")(x)\n    conv_1 = getattr(self.conv, "1")(conv_0)`,
    );
    expect(String(traced())).toContain("  (fc): Linear(in_features=3, out_features=3, bias=True)");
  });

  it("makes names as torch.fx does", () => {
    const graph = new Graph();
    const name = (target: string) => graph.append({ op: "placeholder", target }).name;
    expect(["x", "x", "x_1", "max", "max", "0", "layer1.0.conv", "a_7", "a_7", "skipAdd"].map(name)).toEqual([
      "x",
      "x_1",
      "x_2",
      "max_1",
      "max_2",
      "_0",
      "layer1_0_conv",
      "a_7",
      "a_1",
      "skip_add",
    ]);
  });

  it("is edited: insert, replace, erase", () => {
    const model = traced();
    const { graph } = model;
    const relu = graph.find("relu");
    model.addSubmodule("act.sigmoid", new Sigmoid());
    const sigmoid = graph.insertAfter(relu, { op: "callModule", target: "act.sigmoid", args: [relu] });
    relu.replaceAllUsesWith(sigmoid, new Set([sigmoid]));
    model.lint();
    const x = tensor([[1, -2, 3]]);
    expect(bits(model(x))).toEqual(bits(new Sigmoid()(new ReLU()(model.getSubmodule("fc")(x)))));

    sigmoid.replaceInputWith(relu, graph.find("fc"));
    expect(relu.users.size).toBe(0);
    graph.eraseNode(relu);
    expect(model.deleteAllUnusedSubmodules()).toEqual(["relu"]);
    model.lint();
    expect(bits(model(x))).toEqual(bits(new Sigmoid()(model.getSubmodule("fc")(x))));
  });

  it("loses a module that became a part of another", () => {
    const model = traced();
    const { graph } = model;
    const [fc, relu] = ["fc", "relu"].map((name) => model.getSubmodule(name));
    model.addSubmodule("fc", new Sequential(fc as Linear, relu as ReLU));
    graph.find("relu").replaceAllUsesWith(graph.find("fc"));
    graph.eliminateDeadCode();
    expect(model.deleteAllUnusedSubmodules()).toEqual(["relu"]);
    expect([...model.namedModules()].map(([path]) => path)).toEqual(["", "fc", "fc.0", "fc.1"]);
  });

  it("loses modules inside of others, and none that has the same name outside", () => {
    const model = traced();
    model.addSubmodule("block.fc", new Linear(3, 3));
    expect(model.deleteAllUnusedSubmodules()).toEqual(["block", "block.fc"]);
    model.lint();
  });

  it("eliminates dead code, but not inputs", () => {
    const { graph } = traced();
    const before = graph.find("relu");
    const a = graph.insertBefore(before, { op: "callModule", target: "relu", args: [graph.find("x")] });
    graph.insertAfter(a, { op: "callModule", target: "relu", args: [a] });
    expect(graph.eliminateDeadCode()).toBe(2);
    expect(graph.nodes.map(String)).toEqual(["x", "fc", "relu", "output"]);
  });

  it("copies: editing the copy leaves the original alone", () => {
    const model = traced();
    const copy = model.clone();
    (copy.getSubmodule("fc") as Linear).weight.data.fill(0);
    copy.graph.find("relu").replaceAllUsesWith(copy.graph.find("fc"));
    copy.graph.eliminateDeadCode();
    expect(model.graph.nodes.length).toBe(4);
    expect(copy.graph.nodes.map((node) => node.name)).toEqual(["x", "fc", "output"]);
    expect((model.getSubmodule("fc") as Linear).weight.data.some(Boolean)).toBe(true);
    copy.lint();
  });

  it("is cloned as part of another model", () => {
    const outer = new Sequential(traced(), new ReLU());
    const copy = outer.clone();
    const x = randn([2, 3]);
    expect(bits(copy(x))).toEqual(bits(outer(x)));
    expect((copy[0] as GraphModule).graph).not.toBe((outer[0] as GraphModule).graph);
  });
});

describe("errors name nodes", () => {
  it("of nodes in use, foreign or unknown", () => {
    const { graph } = traced();
    expect(() => graph.eraseNode(graph.find("fc"))).toThrow(
      /eraseNode\(fc\): expected a node without users, got users relu/,
    );
    expect(() => graph.insertAfter(traced().graph.find("fc"), { op: "output", target: "output" })).toThrow(
      /insertAfter: expected a node of this graph, got fc of another/,
    );
    expect(() => graph.find("bn")).toThrow(/expected one of x, fc, relu, output, got "bn"/);
    expect(() => new Graph().output).toThrow(/expected an output node at the end, got an empty graph/);
  });

  it("of a wrong order", () => {
    const { graph } = traced();
    graph.find("fc").args = [graph.find("relu")];
    expect(() => graph.lint()).toThrow(
      /graph node fc: expected inputs that come before it, got relu, which does not/,
    );
  });

  it("of a missing target", () => {
    const model = traced();
    model.graph.insertAfter(model.graph.find("fc"), { op: "callModule", target: "head.fc", args: [] });
    expect(() => model.lint()).toThrow(/graph node head_fc: expected a module at head.fc, got nothing/);
    expect(() => new GraphModule({}, traced().graph)).toThrow(/graph node fc: expected a module at fc/);
  });

  it("of a failing step, and of a wrong number of inputs", () => {
    const model = traced();
    expect(() => model(randn([1, 4]))).toThrow(
      /graph node fc: .*expected an input whose last axis has 3 features/,
    );
    expect(() => model()).toThrow(/GraphModule: expected 1 inputs \(x\), got 0/);
  });
});

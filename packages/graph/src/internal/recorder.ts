import { ArgumentError } from "@octavo/spec";
import { Module } from "@octavo/nn";
import { Tensor, withTracer } from "@octavo/tensor";
import type { Op, Storage, Tracer } from "@octavo/tensor";
import { isPlainObject, mapArgument } from "../argument.ts";
import { Graph } from "../graph.ts";
import { getItem } from "../graph-function.ts";
import type { Node } from "../node.ts";
import { torchTarget } from "../torch-target.ts";
import { liftWeightedOp } from "./lift-weighted-op.ts";
import { placeOf } from "./place-of.ts";

export type LeafRule = (module: Module, path: string) => boolean;

/** Writes down what a model does while it runs. */
export class Recorder implements Tracer {
  readonly graph = new Graph();
  /** Modules and tensors that the graph names, by path. */
  readonly targets: Record<string, Module | Tensor> = {};
  readonly #root: Module;
  readonly #isLeaf: LeafRule;
  readonly #paths: ReadonlyMap<Module, string>;
  readonly #attributes: ReadonlyMap<Tensor, string>;
  readonly #nodes = new Map<Tensor, Node>();
  #scope = "";

  constructor(root: Module, isLeaf: LeafRule) {
    this.#root = root;
    this.#isLeaf = isLeaf;
    this.#paths = new Map([...root.namedModules()].map(([path, module]) => [module, path]));
    this.#attributes = new Map(
      [...root.namedParameters(), ...root.namedBuffers()].map(([path, value]) => [value, path]),
    );
  }

  /** @returns what to call the model with: a tensor that stands for this input alone. */
  input(name: string, value: Tensor): Tensor {
    const stand = value.clone();
    this.#bind(this.graph.append({ op: "placeholder", target: name }), stand);
    return stand;
  }

  output(result: unknown): void {
    this.graph.append({ op: "output", target: "output", args: [this.#argument(result)] });
  }

  op(op: Op, inputs: readonly (Tensor | null)[], attributes: object, output: Tensor): void {
    const lifted = liftWeightedOp(op, inputs, attributes, (x) => this.#attributes.has(x));
    const node = lifted
      ? this.#callLifted(op, lifted.module, lifted.input)
      : this.graph.append({
          op: "callFunction",
          target: op,
          args: this.#argument(inputs) as unknown[],
          kwargs: this.#argument(attributes) as Record<string, unknown>,
        });
    this.#bind(node, output);
  }

  converted(x: Tensor, converted: Tensor): void {
    const node = this.#nodes.get(x) ?? this.#originOf(x);
    if (node) this.#nodes.set(converted, node);
  }

  read(elements: Storage): void {
    for (const [x, node] of this.#nodes) {
      if (x.storage === elements && dependsOnInput(node)) throw readByForward(node, this.#scope);
    }
  }

  call(module: object, inputs: readonly unknown[], run: () => unknown): unknown {
    if (!(module instanceof Module) || module === this.#root) return run();
    const path = this.#paths.get(module);
    if (path === undefined) throw notASubmodule(module);
    if (!this.#isLeaf(module, path)) return this.#inside(path, run);
    this.targets[path] = module;
    const node = this.graph.append({
      op: "callModule",
      target: path,
      args: this.#argument(inputs) as unknown[],
    });
    const result = mapArgument(
      withTracer(null, run),
      // A module that returns its input (Identity, Dropout in eval mode) still is a step of its own, with memory of its own.
      (leaf) => (leaf instanceof Tensor && this.#known(leaf) ? withTracer(null, () => leaf.clone()) : leaf),
    );
    this.#bind(node, result);
    return result;
  }

  #inside(path: string, run: () => unknown): unknown {
    const outer = this.#scope;
    this.#scope = path;
    try {
      return run();
    } finally {
      this.#scope = outer;
    }
  }

  /** A lifted module gets a path of its own, which is its node's name too. */
  #callLifted(op: Op, module: Module, input: Tensor): Node {
    const path = this.#freePath(torchTarget({ target: op }));
    this.targets[path] = module;
    return this.graph.append({ op: "callModule", target: path, args: [this.#argument(input)] });
  }

  /** Remembers which node a result came from; several results are told apart by `getitem` nodes. */
  #bind(node: Node, result: unknown): void {
    node.scope = this.#scope;
    if (result instanceof Tensor) {
      const { shape, dtype, memoryFormat } = result;
      node.meta = { shape, dtype, memoryFormat };
      this.#nodes.set(result, node);
    } else if (Array.isArray(result) || isPlainObject(result)) {
      for (const [key, item] of Object.entries(result)) {
        const args = [node, Array.isArray(result) ? Number(key) : key];
        this.#bind(this.graph.append({ op: "callFunction", target: getItem, args }), item);
      }
    } else if (result !== null && result !== undefined && dependsOnInput(node)) {
      throw notATensor(node, result);
    }
  }

  #known(x: Tensor): boolean {
    return this.#nodes.has(x) || this.#attributes.has(x);
  }

  #argument(argument: unknown): unknown {
    return mapArgument(argument, (leaf) => (leaf instanceof Tensor ? this.#nodeOf(leaf) : leaf));
  }

  #nodeOf(x: Tensor): Node {
    const node = this.#nodes.get(x) ?? this.#originOf(x);
    if (node) return node;
    const path = this.#attributes.get(x) ?? this.#constantName();
    this.targets[path] = x.keep();
    this.#bind(this.graph.append({ op: "getAttr", target: path }), x);
    return this.#nodes.get(x)!;
  }

  /** `detach()` gives another tensor on the same memory, unseen: it is the same value. */
  #originOf(x: Tensor): Node | undefined {
    for (const [known, node] of [...this.#nodes].reverse()) {
      if (known.storage === x.storage && known.shape.join() === x.shape.join()) return node;
    }
    return undefined;
  }

  #constantName(): string {
    let count = 0;
    while (`_tensor_constant${count}` in this.targets) count += 1;
    return `_tensor_constant${count}`;
  }

  /** `name`, or `name_1`, … : no path of the model. */
  #freePath(name: string): string {
    const taken = new Set([
      ...this.#paths.values(),
      ...this.#attributes.values(),
      ...Object.keys(this.targets),
    ]);
    let path = name;
    for (let count = 1; taken.has(path); count++) path = `${name}_${count}`;
    return path;
  }
}

function dependsOnInput(node: Node): boolean {
  const before = new Set([node]);
  for (const { inputs } of before) for (const input of inputs) before.add(input);
  return [...before].some(({ op }) => op === "placeholder");
}

function readByForward(node: Node, scope: string): ArgumentError {
  return new ArgumentError({
    where: `trace: ${scope ? `forward of ${scope}` : "forward"}`,
    expected: "tensors to be used by operations and modules alone",
    got: `a read of the elements of ${node}, by item(), data or toArray()`,
    hint: "What depends on them cannot be followed: use operations (y.div(y.amax()), not y.div(y.amax().item())), or put it into a module of its own with static isLeafModule = true.",
  });
}

function notATensor(node: Node, result: unknown): ArgumentError {
  return new ArgumentError({
    where: `trace: ${placeOf(node)}`,
    expected: "tensors, or lists and records of them, from a module that is a leaf",
    got: `${String(result)}, a ${typeof result}, which would be the same in all runs`,
    hint: "Return it as a tensor: tensor(value).",
  });
}

function notASubmodule(module: Module): ArgumentError {
  return new ArgumentError({
    where: "trace",
    expected: "only modules that are fields of the model or of its modules to be called",
    got: `a call of a ${module.typeName()} that is not`,
    hint: "Assign it to a field in the constructor; put lists of modules into a ModuleList.",
  });
}

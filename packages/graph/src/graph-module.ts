import { ArgumentError } from "@octavo/spec";
import { cloneModule, Module } from "@octavo/nn";
import type { Copies } from "@octavo/nn";
import { Tensor } from "@octavo/tensor";
import { formatCode } from "./format-code.ts";
import type { Graph } from "./graph.ts";
import { interpret } from "./interpret.ts";
import { lookUp, ModuleTree } from "./internal/module-tree.ts";
import type { Node } from "./node.ts";

/** What a graph names, by path: a module that has it all, or a record. */
export type GraphTargets = Module | Readonly<Record<string, Module | Tensor>>;

/** Not fields: names of fields belong to the traced model's modules. */
const graphs = new WeakMap<GraphModule, Graph>();

/**
 * A module whose forward is a `Graph`, as torch.fx.GraphModule. It holds the modules and tensors that the graph names,
 * and only those, at their original paths, so state dicts keep their keys. They are shared with the traced model, not
 * copied; `clone()` gives independent ones.
 */
export class GraphModule<I extends unknown[] = any[], O = any> extends ModuleTree<I, O> {
  /** @throws ArgumentError for a node whose target is not in `targets`. */
  constructor(targets: GraphTargets, graph: Graph) {
    super();
    graphs.set(this, graph);
    if (targets instanceof Module) this.training = targets.training;
    const nodes = graph.nodes.filter((node) => node.op === "callModule" || node.op === "getAttr");
    // A module before the parts of it that are named by themselves.
    for (const node of nodes.sort((a, b) => depth(a) - depth(b))) {
      this.place(node.targetName, targetOf(targets, node));
    }
  }

  /** Puts a module or tensor at a path. @throws ArgumentError for a name that GraphModule needs itself. */
  override place(path: string, value: Module | Tensor): void {
    if (Object.hasOwn(GraphModule.prototype, path.split(".")[0])) {
      throw new ArgumentError({
        where: `GraphModule: ${path}`,
        expected: "a field whose name is no member of GraphModule",
        got: `"${path.split(".")[0]}"`,
        hint: "Rename the field in the model.",
      });
    }
    super.place(path, value);
  }

  get graph(): Graph {
    return graphs.get(this)!;
  }

  /** Readable form of the graph, as code. Not meant to be run. */
  get code(): string {
    return formatCode(this.graph);
  }

  /** Runs the graph, node by node. @throws what a node throws, with its name in front. */
  override forward(...inputs: I): O {
    return interpret(this, inputs) as O;
  }

  /** The module that a `callModule` node calls. */
  moduleOf(node: Node): Module {
    return this.getSubmodule(node.targetName);
  }

  /** The parameter, buffer or constant that a `getAttr` node reads. */
  tensorOf(node: Node): Tensor {
    return lookUp(this, node.targetName) as Tensor;
  }

  /** Adds a module (or replaces one) for new nodes to call. */
  addSubmodule(path: string, module: Module): void {
    this.place(path, module);
  }

  /** Removes modules that no node calls or reads, also where they are used at another path. Returns their paths. */
  deleteAllUnusedSubmodules(): string[] {
    const used = this.graph.nodes.filter((node) => node.op !== "callFunction").map((node) => node.targetName);
    const needed = (path: string) =>
      used.some(
        (target) => target === path || target.startsWith(`${path}.`) || path.startsWith(`${target}.`),
      );
    const unused = [...pathsBelow(this)].filter((path) => !needed(path));
    for (const path of unused) removeField(this, path);
    return unused;
  }

  /** Checks the graph, and that every target is there. @throws ArgumentError naming the node. */
  lint(): void {
    this.graph.lint();
    for (const node of this.graph.nodes) {
      if (node.op === "callModule" || node.op === "getAttr") targetOf(this, node);
    }
  }

  /** A copy whose graph, modules and tensors are its own. */
  override clone(copies: Copies = new Map()): this {
    const copy = cloneModule<this>(this, copies);
    graphs.set(copy, this.graph.clone());
    return copy;
  }

  override typeName(): string {
    return "GraphModule";
  }

  override toString(): string {
    return `${super.toString()}\n\n${this.code}`;
  }
}

function targetOf(targets: GraphTargets, node: Node): Module | Tensor {
  const target = targets instanceof Module ? lookUp(targets, node.targetName) : targets[node.targetName];
  const [isRight, expected] =
    node.op === "callModule"
      ? [target instanceof Module, "a module"]
      : [target instanceof Tensor, "a parameter, buffer or constant"];
  if (isRight) return target as Module | Tensor;
  throw new ArgumentError({
    where: `graph node ${node.name}`,
    expected: `${expected} at ${node.targetName}`,
    got: target === undefined ? "nothing" : typeof target,
  });
}

/** Every path of every module, parents first. */
function* pathsBelow(module: Module, prefix = ""): IterableIterator<string> {
  for (const [name, child] of module.namedChildren()) {
    yield prefix + name;
    yield* pathsBelow(child, `${prefix}${name}.`);
  }
}

function removeField(root: Module, path: string): void {
  const dot = path.lastIndexOf(".");
  const holder = dot < 0 ? root : lookUp(root, path.slice(0, dot));
  // What was inside a module that is removed went with it.
  if (holder) delete (holder as Record<string, unknown>)[path.slice(dot + 1)];
}

function depth(node: Node): number {
  return node.targetName.split(".").length;
}

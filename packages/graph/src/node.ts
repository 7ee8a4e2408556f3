import type { DType, MemoryFormat } from "@octavo/spec";
import { mapArgument, nodesIn } from "./argument.ts";
import type { Argument } from "./argument.ts";
import type { Graph } from "./graph.ts";
import type { GraphFunction } from "./graph-function.ts";

/** How each kind of node is called in torch's graphs. */
export const opcodes = {
  /** An input; `target` is its name. */
  placeholder: "placeholder",
  /** A parameter, buffer or constant; `target` is its path. */
  getAttr: "get_attr",
  /** A call of the leaf module at the path `target`. */
  callModule: "call_module",
  /** A call of the function `target`; for ops, `kwargs` are its attributes. */
  callFunction: "call_function",
  /** The result, `args[0]`; last node of every graph. */
  output: "output",
} as const;

export type NodeOp = keyof typeof opcodes;

/** What is known about a node's result when it is one tensor. */
export interface TensorMeta {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly memoryFormat: MemoryFormat;
}

/** What a new node is made of. */
export interface NodeSpec {
  readonly op: NodeOp;
  readonly target: string | GraphFunction;
  readonly args?: readonly Argument[];
  readonly kwargs?: Readonly<Record<string, Argument>>;
  /** Wish; made unique. Default: the target's, as in torch. */
  readonly name?: string;
}

/** One step of a `Graph`. Made by the graph's `append`, `insertBefore` and `insertAfter`. */
export class Node {
  readonly graph: Graph;
  readonly name: string;
  readonly op: NodeOp;
  readonly target: string | GraphFunction;
  /** Nodes that take this one's result, in order of their making. */
  readonly users = new Set<Node>();
  /** Shape, dtype and memory format of the result as traced; null if unknown or no single tensor. */
  meta: TensorMeta | null = null;
  /** Path of the module whose forward made this step while tracing; "" for the model's own. */
  scope = "";
  #args: readonly Argument[] = [];
  #kwargs: Readonly<Record<string, Argument>> = {};

  constructor(graph: Graph, name: string, spec: NodeSpec) {
    this.graph = graph;
    this.name = name;
    this.op = spec.op;
    this.target = spec.target;
    this.#update(spec.args ?? [], spec.kwargs ?? {});
  }

  get args(): readonly Argument[] {
    return this.#args;
  }

  set args(args: readonly Argument[]) {
    this.#update(args, this.#kwargs);
  }

  get kwargs(): Readonly<Record<string, Argument>> {
    return this.#kwargs;
  }

  set kwargs(kwargs: Readonly<Record<string, Argument>>) {
    this.#update(this.#args, kwargs);
  }

  /** Nodes whose results this one takes, each once, in order. */
  get inputs(): Node[] {
    return [...new Set(nodesIn([this.#args, this.#kwargs]))];
  }

  /** Path of the module or attribute, or name of the function or input. */
  get targetName(): string {
    return typeof this.target === "string" ? this.target : this.target.name;
  }

  /** Whether this calls the function of that name (as the op is called: `relu`, `add`). */
  calls(functionName: string): boolean {
    return this.op === "callFunction" && this.targetName === functionName;
  }

  /** Makes every user (but `except`) take `replacement` instead. */
  replaceAllUsesWith(replacement: Node, except: ReadonlySet<Node> = new Set()): void {
    for (const user of [...this.users]) if (!except.has(user)) user.replaceInputWith(this, replacement);
  }

  /** Takes `replacement` wherever this node took `input`. */
  replaceInputWith(input: Node, replacement: Node): void {
    const replace = (leaf: unknown) => (leaf === input ? replacement : leaf);
    this.#update(
      mapArgument(this.#args, replace) as Argument[],
      mapArgument(this.#kwargs, replace) as Record<string, Argument>,
    );
  }

  toString(): string {
    return this.name;
  }

  #update(args: readonly Argument[], kwargs: Readonly<Record<string, Argument>>): void {
    for (const input of this.inputs) input.users.delete(this);
    this.#args = args;
    this.#kwargs = kwargs;
    for (const input of this.inputs) input.users.add(this);
  }
}

import { ArgumentError } from "@octavo/spec";
import { mapArgument } from "./argument.ts";
import { formatGraph } from "./format-graph.ts";
import { formatTable } from "./format-table.ts";
import { NodeNames } from "./internal/node-names.ts";
import { Node } from "./node.ts";
import type { NodeSpec } from "./node.ts";
import { torchTarget } from "./torch-target.ts";

/**
 * A list of nodes in an order in which they can run, as torch.fx.Graph. It says how things are called; the modules and
 * tensors that it names live in a `GraphModule`.
 */
export class Graph {
  readonly #nodes: Node[] = [];
  readonly #names = new NodeNames();

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** The inputs, in order. */
  get placeholders(): Node[] {
    return this.#nodes.filter((node) => node.op === "placeholder");
  }

  /** The last node. @throws ArgumentError while there is none. */
  get output(): Node {
    const last = this.#nodes.at(-1);
    if (last?.op === "output") return last;
    throw new ArgumentError({
      where: "graph.output",
      expected: "an output node at the end",
      got: last ? `${last.name}` : "an empty graph",
    });
  }

  /** The node of that name. @throws ArgumentError naming those there are. */
  find(name: string): Node {
    const node = this.#nodes.find((node) => node.name === name);
    if (node) return node;
    throw new ArgumentError({
      where: `graph.find("${name}")`,
      expected: `one of ${this.#nodes.join(", ")}`,
      got: `"${name}"`,
    });
  }

  append(spec: NodeSpec): Node {
    return this.#insert(this.#nodes.length, spec);
  }

  insertBefore(node: Node, spec: NodeSpec): Node {
    return this.#insert(this.#indexOf(node, "insertBefore"), spec);
  }

  insertAfter(node: Node, spec: NodeSpec): Node {
    return this.#insert(this.#indexOf(node, "insertAfter") + 1, spec);
  }

  /** @throws ArgumentError if another node still takes its result. */
  eraseNode(node: Node): void {
    const index = this.#indexOf(node, "eraseNode");
    if (node.users.size > 0) {
      throw new ArgumentError({
        where: `eraseNode(${node.name})`,
        expected: "a node without users",
        got: `users ${[...node.users].join(", ")}`,
        hint: "Call node.replaceAllUsesWith(other) first.",
      });
    }
    node.args = [];
    node.kwargs = {};
    this.#nodes.splice(index, 1);
  }

  /** Removes nodes whose results nobody takes (inputs stay). Returns how many. */
  eliminateDeadCode(): number {
    const before = this.#nodes.length;
    for (const node of [...this.#nodes].reverse()) {
      if (node.users.size === 0 && node.op !== "placeholder" && node.op !== "output") this.eraseNode(node);
    }
    return before - this.#nodes.length;
  }

  /** @throws ArgumentError at the first node that is out of order or whose users are inconsistent. */
  lint(): void {
    const done = new Set<Node>();
    const names = new Set<string>();
    for (const node of this.#nodes) {
      const late = node.inputs.find((input) => !done.has(input));
      if (late) throw lintError(node, "inputs that come before it", `${late.name}, which does not`);
      if (names.has(node.name)) throw lintError(node, "a name of its own", "one used before");
      const stranger = node.inputs.find((input) => !input.users.has(node));
      if (stranger) throw lintError(node, `to be a user of ${stranger.name}`, "that it is not listed there");
      if (node.op === "output" && node !== this.#nodes.at(-1)) {
        throw lintError(node, "the output to be the last node", "nodes after it");
      }
      done.add(node);
      names.add(node.name);
    }
    for (const node of this.#nodes) {
      const gone = [...node.users].find((user) => !done.has(user) || !user.inputs.includes(node));
      if (gone) throw lintError(node, "users that take it and are in the graph", gone.name);
    }
    void this.output;
  }

  /** A copy with nodes of its own; names, targets and constants are the same. */
  clone(): Graph {
    const copy = new Graph();
    const copies = new Map<unknown, Node>();
    const replace = (leaf: unknown) => copies.get(leaf) ?? leaf;
    for (const node of this.#nodes) {
      const { op, target, name } = node;
      const args = mapArgument(node.args, replace) as unknown[];
      const kwargs = mapArgument(node.kwargs, replace) as Record<string, unknown>;
      const twin = copy.append({ op, target, name, args, kwargs });
      twin.meta = node.meta;
      twin.scope = node.scope;
      copies.set(node, twin);
    }
    return copy;
  }

  /** The nodes as a table with torch's columns: opcode, name, target, args, kwargs. */
  toTable(): string {
    return formatTable(this);
  }

  /** Prints `toTable()`, as torch's `print_tabular`. */
  printTabular(): void {
    console.log(this.toTable());
  }

  toString(): string {
    return formatGraph(this);
  }

  #insert(index: number, spec: NodeSpec): Node {
    const wish = spec.name ?? torchTarget(spec);
    const node = new Node(this, this.#names.create(wish), spec);
    this.#nodes.splice(index, 0, node);
    return node;
  }

  #indexOf(node: Node, where: string): number {
    const index = this.#nodes.indexOf(node);
    if (index >= 0) return index;
    throw new ArgumentError({ where, expected: "a node of this graph", got: `${node.name} of another` });
  }
}

function lintError(node: Node, expected: string, got: string): ArgumentError {
  return new ArgumentError({ where: `graph node ${node.name}`, expected, got });
}

import { Node } from "./node.ts";

/**
 * What a node is called with: nodes, constants, and arrays and plain objects of them. Everything else (typed arrays,
 * class instances) is a constant.
 */
export type Argument = unknown;

/** Copies an argument, replacing what `replace` maps to something else; the arrays and objects around it are kept. */
export function mapArgument(argument: Argument, replace: (leaf: unknown) => unknown): Argument {
  if (Array.isArray(argument)) return argument.map((item) => mapArgument(item, replace));
  if (isPlainObject(argument)) {
    return Object.fromEntries(
      Object.entries(argument).map(([key, item]) => [key, mapArgument(item, replace)]),
    );
  }
  return replace(argument);
}

/** Nodes in an argument, in order, with repetitions. */
export function nodesIn(argument: Argument): Node[] {
  const nodes: Node[] = [];
  mapArgument(argument, (leaf) => leaf instanceof Node && nodes.push(leaf));
  return nodes;
}

/** Whether a value is a record of arguments rather than a constant of some class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
}

import { torchName } from "@octavo/nn";
import { Node } from "../node.ts";
import type { Argument } from "../argument.ts";

/** An argument as Python would print it: `[a, b]`, `{'axis': 1}`, `None`. */
export function formatArgument(argument: Argument, reference: (node: Node) => string): string {
  if (argument instanceof Node) return reference(argument);
  if (Array.isArray(argument)) {
    return `[${argument.map((item) => formatArgument(item, reference)).join(", ")}]`;
  }
  if (argument === null || argument === undefined) return "None";
  if (typeof argument === "boolean") return argument ? "True" : "False";
  if (typeof argument === "string") return `'${argument}'`;
  if (typeof argument === "object" && Object.getPrototypeOf(argument) === Object.prototype) {
    const entries = Object.entries(argument).filter(([, value]) => value !== undefined);
    return `{${entries.map(([key, value]) => `'${torchName(key)}': ${formatArgument(value, reference)}`).join(", ")}}`;
  }
  return typeof argument === "object" ? `<${argument.constructor.name}>` : String(argument);
}

/** Arguments as a Python tuple: `(x,)`. */
export function formatTuple(args: readonly Argument[], reference: (node: Node) => string): string {
  const items = args.map((item) => formatArgument(item, reference));
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}

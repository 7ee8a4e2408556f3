import { torchName } from "@octavo/nn";
import { formatArgument } from "./internal/format-argument.ts";
import type { Graph } from "./graph.ts";
import type { Node, NodeOp } from "./node.ts";
import { torchTarget } from "./torch-target.ts";

type Expression = (node: Node, args: readonly string[]) => string;

const expressions: { readonly [O in Exclude<NodeOp, "placeholder" | "output">]: Expression } = {
  getAttr: (node) => accessor(node.targetName),
  callModule: (node, args) => `${accessor(node.targetName)}(${args.join(", ")})`,
  callFunction: (node, args) => `${torchTarget(node)}(${[...args, ...keywords(node)].join(", ")})`,
};

/** The graph as torch's `GraphModule.code` shows it: one line per node, and what is returned. */
export function formatCode(graph: Graph): string {
  const lines = graph.nodes
    .filter((node) => node.op !== "placeholder" && node.op !== "output")
    .map((node) => {
      const args = node.args.map((arg) => formatArgument(arg, String));
      return `    ${node.name} = ${expressions[node.op as keyof typeof expressions](node, args)}`;
    });
  const head = `def forward(${["self", ...graph.placeholders].join(", ")}):`;
  return [head, ...lines, `    return ${formatArgument(graph.output.args[0], String)}`].join("\n");
}

function keywords(node: Node): string[] {
  return Object.entries(node.kwargs)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${torchName(key)} = ${formatArgument(value, String)}`);
}

/** `self.layer1.0.conv` is no code: numbers are looked up by `getattr`, as torch writes them. */
function accessor(path: string): string {
  return path
    .split(".")
    .reduce(
      (at, name) => (/^\d/.test(name) ? `getattr(${at}, "${name}")` : `${at}.${torchName(name)}`),
      "self",
    );
}

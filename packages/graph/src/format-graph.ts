import { formatArgument, formatTuple } from "./internal/format-argument.ts";
import type { Graph } from "./graph.ts";
import { opcodes } from "./node.ts";
import type { Node } from "./node.ts";
import { torchTarget } from "./torch-target.ts";

/** The text torch prints for a graph: one line per node, with the number of its users. */
export function formatGraph(graph: Graph): string {
  return `graph():\n${graph.nodes.map((node) => `    ${formatNode(node)}\n`).join("")}`.trimEnd();
}

/** `%conv1 : [num_users=1] = call_module[target=conv1](args = (%x,), kwargs = {})` */
export function formatNode(node: Node): string {
  const reference = (input: Node) => `%${input.name}`;
  if (node.op === "output") return `return ${formatArgument(node.args[0], (input) => input.name)}`;
  const head = `%${node.name} : [num_users=${node.users.size}] = ${opcodes[node.op]}[target=${torchTarget(node)}]`;
  if (node.op === "placeholder" || node.op === "getAttr") return head;
  return `${head}(args = ${formatTuple(node.args, reference)}, kwargs = ${formatArgument(node.kwargs, reference)})`;
}

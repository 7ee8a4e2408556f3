import { alignColumns } from "@octavo/spec";
import { formatArgument, formatTuple } from "./internal/format-argument.ts";
import type { Graph } from "./graph.ts";
import { opcodes } from "./node.ts";
import { torchTarget } from "./torch-target.ts";

const columns = ["opcode", "name", "target", "args", "kwargs"];

/** Torch's `print_tabular`: a row per node, columns as wide as their longest entry. */
export function formatTable(graph: Graph): string {
  const rows = graph.nodes.map((node) => [
    opcodes[node.op],
    node.name,
    torchTarget(node),
    formatTuple(node.args, String),
    formatArgument(node.kwargs, String),
  ]);
  const widths = columns.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  return alignColumns([columns, widths.map((width) => "-".repeat(width)), ...rows]).join("\n");
}

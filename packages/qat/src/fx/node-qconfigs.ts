import type { FusionGroup } from "@octavo/fusion";
import type { GraphModule, Node } from "@octavo/graph";
import { QuantizationError } from "@octavo/spec";
import type { MappingQuery, QConfigMapping } from "../qconfig-mapping.ts";
import { sameQConfig } from "../qconfig.ts";
import type { QConfig } from "../qconfig.ts";

export type NodeQConfigs = Map<Node, QConfig | null>;
export type NodeQueries = ReadonlyMap<Node, MappingQuery>;

/**
 * What a mapping says about each call in a traced model. A group that is going to be fused takes its first member's
 * qconfig.
 * @throws QuantizationError for a member of a group with an entry of its own that differs.
 */
export function nodeQConfigs(
  mapping: QConfigMapping,
  groups: readonly FusionGroup[],
  queries: NodeQueries,
): NodeQConfigs {
  const found: NodeQConfigs = new Map([...queries].map(([node, query]) => [node, mapping.find(query)]));
  for (const { nodes } of groups) {
    const [root, ...members] = nodes;
    const qconfig = found.get(root)!;
    for (const member of members) {
      const own = mapping.findOwn(queries.get(member)!);
      if (own !== undefined && !sameQConfig(own, qconfig)) throw disagreement(nodes, qconfig, member, own);
      found.set(member, qconfig);
    }
  }
  return found;
}

/**
 * What a mapping is asked about each call in a traced model.
 * @param paths of the model's modules: calls that tracing made into modules are asked for as functions.
 */
export function nodeQueries(model: GraphModule, paths: ReadonlySet<string>): NodeQueries {
  const queries = new Map<Node, MappingQuery>();
  const calls = new Map<string, Map<MappingQuery["type"], number>>();
  for (const node of model.graph.nodes) {
    if (node.op !== "callModule" && node.op !== "callFunction") continue;
    const isModule = node.op === "callModule";
    const type = isModule
      ? (model.moduleOf(node).constructor as Exclude<MappingQuery["type"], string>)
      : node.targetName.replace(/Scalar$/, "");
    const path = isModule && paths.has(node.targetName) ? node.targetName : node.scope;
    const counts = calls.get(node.scope) ?? new Map<MappingQuery["type"], number>();
    const index = counts.get(type) ?? 0;
    calls.set(node.scope, counts.set(type, index + 1));
    queries.set(node, { path, type, call: { within: node.scope, index } });
  }
  return queries;
}

function disagreement(
  group: readonly Node[],
  qconfig: QConfig | null,
  member: Node,
  own: QConfig | null,
): QuantizationError {
  const names = group.map(({ targetName }) => targetName);
  return new QuantizationError({
    where: `fused group ${names.join(", ")}`,
    expected: `one qconfig for the whole group, that of ${names[0]}: ${qconfig}`,
    got: `${own} for ${member.targetName}`,
    hint: `They run as one operation. Give ${names[0]} and ${member.targetName} the same qconfig, or no entry to ${member.targetName}.`,
  });
}

import { requireGraphModule } from "@octavo/graph";
import type { GraphModule } from "@octavo/graph";
import { withDefaults } from "@octavo/spec";
import { FusionReport, memberName } from "./fusion-report.ts";
import type { FusedGroup } from "./fusion-report.ts";
import { takeHooks } from "./internal/take-hooks.ts";
import { fusions } from "./fusions.ts";
import { matchFusions, modeOf } from "./match-fusions.ts";
import type { FusionGroup, MatchOptions } from "./match-fusions.ts";

/**
 * Fuses everything in a graph that a rule fits, in place, functions (`relu`) included: each group becomes one node that
 * calls the fused module at the path of the first. Modules that nothing calls any more are removed. As torch's fuse_fx.
 */
export function fuseGraph(model: GraphModule, options: Omit<MatchOptions, "eager"> = {}): FusionReport {
  requireGraphModule(model, "fuseGraph");
  const defaults = { rules: fusions, mode: modeOf(model) };
  const { rules, mode } = withDefaults("fuseGraph", defaults, options);
  const { groups, misses } = matchFusions(model, { rules, mode });
  const fused = groups.filter(({ rule }) => rule[mode] !== null).map((group) => replace(model, group, mode));
  model.deleteAllUnusedSubmodules();
  const unfused = misses
    .filter(({ rule }) => rule[mode] !== null)
    .map(({ nodes, reason }) => ({ members: nodes.map(memberName), reason }));
  return new FusionReport(fused, unfused);
}

function replace(
  model: GraphModule,
  { rule, nodes, modules }: FusionGroup,
  mode: "eval" | "train",
): FusedGroup {
  const [first, ...rest] = nodes;
  const [{ training }] = modules;
  const last = nodes[nodes.length - 1];
  const fused = rule[mode]!(...modules);
  fused.training = training;
  takeHooks(fused, modules[modules.length - 1]);
  model.addSubmodule(first.targetName, fused);
  const members = nodes.map(memberName);
  last.replaceAllUsesWith(first);
  first.meta = last.meta;
  for (const node of rest.reverse()) model.graph.eraseNode(node);
  return { members, into: fused.typeName() };
}

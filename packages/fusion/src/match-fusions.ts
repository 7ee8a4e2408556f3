import { BatchNorm1d, Linear, ReLU, ReLU6 } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { requireGraphModule } from "@octavo/graph";
import type { GraphModule, Node } from "@octavo/graph";
import { withDefaults } from "@octavo/spec";
import { fusions } from "./fusions.ts";
import type { FusionRule, ModuleClass } from "./fusion-rule.ts";
import { obstacle } from "./internal/requirements.ts";
import type { Mode } from "./internal/requirements.ts";

/** Nodes in a row that a rule applies to. */
export interface FusionGroup {
  readonly rule: FusionRule;
  /** In order of execution; each feeds only the next. */
  readonly nodes: readonly Node[];
  /**
   * What they call, with a new module for a function such as `relu`, and a copy of one that is called elsewhere too: its other calls
   * may stay float. Empty for rules of plain functions.
   */
  readonly modules: readonly Module[];
}

/** Nodes in a row that look like a rule's pattern, and why it does not apply. */
export interface FusionMiss {
  readonly rule: FusionRule;
  readonly nodes: readonly Node[];
  readonly reason: string;
}

export interface FusionMatches {
  readonly groups: readonly FusionGroup[];
  readonly misses: readonly FusionMiss[];
}

export interface MatchOptions {
  /** Default: `fusions`. */
  readonly rules?: readonly FusionRule[];
  /** Fuse for evaluation or for training; default: the model's own mode. */
  readonly mode?: Mode;
  /**
   * The model that was traced, if its modules are to be replaced rather than the graph's: then functions cannot take
   * part, nor modules that are also called elsewhere.
   */
  readonly eager?: Module | null;
}

interface Attempt {
  readonly rule: FusionRule;
  readonly nodes: Node[];
  readonly problem: string | null;
}

/** What is looked up for each candidate. */
interface Uses {
  readonly calls: ReadonlyMap<Node["target"], readonly Node[]>;
  /** Paths of the modules of the model that was traced, if these are to be replaced. */
  readonly eager: ReadonlySet<string> | null;
}

/** Functions that do what a module of the class does. */
const functionForms = new Map<ModuleClass | string, string>([
  [ReLU, "relu"],
  [ReLU6, "relu6"],
]);

/** What a model is fused for unless said otherwise. */
export const modeOf = (model: Module): Mode => (model.training ? "train" : "eval");

/**
 * Finds what can be fused: at each node the longest pattern whose nodes feed only each other. Longer patterns that fail
 * on something else than a missing module are listed as misses.
 */
export function matchFusions(model: GraphModule, options: MatchOptions = {}): FusionMatches {
  requireGraphModule(model, "matchFusions");
  const defaults = { rules: fusions, mode: modeOf(model), eager: null };
  const { rules, mode, eager } = withDefaults("matchFusions", defaults, options);
  const uses: Uses = { calls: callsOf(model), eager: eager && pathsOf(eager) };
  const groups: FusionGroup[] = [];
  const misses: FusionMiss[] = [];
  const claimed = new Set<Node>();
  for (const start of model.graph.nodes) {
    if (claimed.has(start)) continue;
    const attempts = rules
      .map((rule) => attempt(model, rule, start, mode, uses))
      .filter((found) => found !== null)
      .sort((a, b) => b.nodes.length - a.nodes.length);
    const best = attempts.find(({ problem }) => problem === null);
    const failed = attempts.find(({ problem }) => problem !== null);
    if (failed && failed.nodes.length > (best?.nodes.length ?? 0)) {
      misses.push({ rule: failed.rule, nodes: failed.nodes, reason: failed.problem! });
    }
    if (!best) continue;
    for (const node of best.nodes) claimed.add(node);
    groups.push({ rule: best.rule, nodes: best.nodes, modules: modulesOf(model, best, uses) });
  }
  return { groups, misses };
}

/** Follows a pattern from a node; null if the graph has other modules there. */
function attempt(model: GraphModule, rule: FusionRule, start: Node, mode: Mode, uses: Uses): Attempt | null {
  if (!matches(model, start, rule.pattern[0])) return null;
  const nodes = [start];
  let problem: string | null = null;
  for (const item of rule.pattern.slice(1)) {
    const last = nodes[nodes.length - 1];
    const next = [...last.users].find((user) => matches(model, user, item));
    if (!next) return null;
    const others = [...last.users].filter((user) => user !== next);
    if (others.length > 0) problem ??= `the output of ${last} also goes to ${others.join(", ")}`;
    nodes.push(next);
  }
  problem ??= nodes.map((node) => useProblem(model, node, uses)).find((found) => found !== null) ?? null;
  problem ??= axisProblem(model, nodes);
  if (problem === null) {
    const found = obstacle(modulesOf(model, { rule, nodes }, uses), mode);
    if (found) problem = `expected ${found.expected}, got ${found.got}`;
  }
  return { rule, nodes, problem };
}

function matches(model: GraphModule, node: Node, item: ModuleClass | string): boolean {
  if (typeof item === "string") return node.calls(item);
  if (node.op === "callModule") return model.moduleOf(node).constructor === item;
  const form = functionForms.get(item);
  return form !== undefined && node.calls(form);
}

/** What keeps the module that a node calls from being replaced. */
function useProblem(model: GraphModule, node: Node, { calls: all, eager }: Uses): string | null {
  const isFunction = node.op === "callFunction" || (eager && !eager.has(node.targetName));
  if (isFunction) return eager ? `${node} is a function call; give it a module of its own` : null;
  const calls = all.get(node.target) ?? [];
  if (calls.length === 1 || (!eager && model.moduleOf(node).stateDict().size === 0)) return null;
  const times = `${node.targetName} is called ${calls.length} times (${calls.join(", ")})`;
  return `${times}; give each use a module of its own`;
}

/** Folding assumes that batch norm's channels are the outputs of the layer before. */
function axisProblem(model: GraphModule, [first, second]: readonly Node[]): string | null {
  const isLinearNorm = matches(model, first, Linear) && matches(model, second, BatchNorm1d);
  const shape = first.meta?.shape ?? [];
  if (!isLinearNorm || shape.length < 3) return null;
  const [norm, layer] = [second.targetName, first.targetName];
  return `${norm} normalises axis 1 of [${shape.join(", ")}], and ${layer} computes the last axis`;
}

/** The nodes that call each module, by its path. */
function callsOf({ graph }: GraphModule): Map<Node["target"], Node[]> {
  const calls = new Map<Node["target"], Node[]>();
  for (const node of graph.nodes) {
    if (node.op !== "callModule") continue;
    const known = calls.get(node.target);
    if (known) known.push(node);
    else calls.set(node.target, [node]);
  }
  return calls;
}

function pathsOf(model: Module): Set<string> {
  return new Set([...model.namedModules()].map(([path]) => path));
}

function modulesOf(
  model: GraphModule,
  { rule, nodes }: Pick<Attempt, "rule" | "nodes">,
  { calls }: Uses,
): Module[] {
  if (rule.pattern.some((item) => typeof item === "string")) return [];
  return nodes.map((node, i) => {
    if (node.op === "callModule") {
      const called = model.moduleOf(node);
      return calls.get(node.target)!.length > 1 ? called.clone() : called;
    }
    const module = new (rule.pattern[i] as new () => Module)();
    module.training = model.training;
    return module;
  });
}

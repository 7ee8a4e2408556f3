import { GraphModule, trace } from "@octavo/graph";
import { stepOn } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { ArgumentError, QuantizationError, withDefaults } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";
import { fuseGraph } from "./fuse-graph.ts";
import { fuseDisjoint, fuseNamed } from "./fuse-named.ts";
import { FusionReport, memberName } from "./fusion-report.ts";
import { fusions } from "./fusions.ts";
import type { FusionRule } from "./fusion-rule.ts";
import { additionsBeforeRelu } from "./internal/additions-before-relu.ts";
import type { Mode } from "./internal/requirements.ts";
import { matchFusions } from "./match-fusions.ts";

export interface FuseOptions {
  /** Change the model itself instead of a copy. Default false. */
  readonly inplace?: boolean;
  /** Default: `fusions`. */
  readonly rules?: readonly FusionRule[];
}

/** What automatic fusion returns. */
export interface Fused<M extends Module> {
  readonly model: M;
  /** What was fused, what was not, and why. */
  readonly report: FusionReport;
}

type Names = readonly string[] | readonly (readonly string[])[];
type ExampleInputs = Tensor | readonly unknown[];

/**
 * Fuses modules for inference: convolution or linear layers with the batch norm and activation that follow. Batch norm is
 * folded into the weights. The model's own forward goes on working: what was fused into another module does nothing.
 *
 * With names, as torch.ao.quantization.fuse_modules: `fuseModules(model, [["conv1", "bn1", "relu1"], ["fc", "relu2"]])`
 * returns the fused model. With example inputs, the groups are found by tracing the model, and a report comes along:
 * `const { model, report } = fuseModules(float, x)`. In a `GraphModule`, functions such as `relu(x)` are fused too.
 *
 * @returns a copy, unless `inplace`.
 * @throws QuantizationError for batch norm in training mode, modules that no rule fuses or that were fused before;
 * ArgumentError for unknown names, or neither names nor inputs; what `trace` throws.
 */
export function fuseModules<M extends Module>(model: M, names: Names, options?: FuseOptions): M;
export function fuseModules<M extends Module>(
  model: M,
  inputs: ExampleInputs,
  options?: FuseOptions,
): Fused<M>;
export function fuseModules<M extends Module>(
  model: M,
  second: Names | ExampleInputs,
  options?: FuseOptions,
) {
  return fuse(model, second, "eval", options);
}

/**
 * As `fuseModules`, for quantization-aware training: batch norm is kept as a part of the fused module, and trains.
 * torch.ao.quantization.fuse_modules_qat.
 */
export function fuseModulesQat<M extends Module>(model: M, names: Names, options?: FuseOptions): M;
export function fuseModulesQat<M extends Module>(
  model: M,
  inputs: ExampleInputs,
  options?: FuseOptions,
): Fused<M>;
export function fuseModulesQat<M extends Module>(
  model: M,
  second: Names | ExampleInputs,
  options?: FuseOptions,
) {
  return fuse(model, second, "train", options);
}

function fuse<M extends Module>(
  model: M,
  second: Names | ExampleInputs,
  mode: Mode,
  options: FuseOptions = {},
): M | Fused<M> {
  const where = stepOn("fuseModules", model);
  const { inplace, rules } = withDefaults(where, { inplace: false, rules: fusions }, options);
  requireSecond(model, second);
  const target = inplace ? model : model.clone();
  if (!isNames(second)) return { model: target, report: fuseFound(target, second, mode, rules) };
  for (const names of groupsOf(second)) fuseNamed(target, names, mode, rules);
  return target;
}

function requireSecond(model: Module, second: unknown): void {
  if (second instanceof Tensor || Array.isArray(second)) return;
  throw new ArgumentError({
    where: `fuseModules of ${model.typeName()}`,
    expected: "names of modules, or example inputs to find what belongs together",
    got: second === undefined ? "neither" : typeof second,
    hint: 'const { model } = fuseModules(float, x), x as the model takes it; or fuseModules(float, [["conv", "bn", "relu"]]).',
  });
}

function isNames(second: Names | ExampleInputs): second is Names {
  if (second instanceof Tensor) return false;
  return second.flat().every((item) => typeof item === "string");
}

function groupsOf(names: Names): readonly (readonly string[])[] {
  if (names.length === 0) return [];
  return typeof names[0] === "string"
    ? [names as readonly string[]]
    : (names as readonly (readonly string[])[]);
}

function fuseFound(
  model: Module,
  inputs: ExampleInputs,
  mode: Mode,
  rules: readonly FusionRule[],
): FusionReport {
  if (mode === "eval" && model.training) {
    throw new QuantizationError({
      where: `fuseModules of ${model.typeName()}`,
      expected: "a model in evaluation mode",
      got: "one in training mode",
      hint: "Call model.eval() first, or use fuseModulesQat to keep batch norms while training.",
    });
  }
  if (model instanceof GraphModule) return fuseGraph(model, { mode, rules });
  const usable = rules.filter((rule) => rule[mode] !== null);
  const traced = trace(model, inputs);
  const { groups, misses } = matchFusions(traced, { mode, rules: usable, eager: model });
  const members = groups.map(({ nodes }) => nodes.map(memberName));
  const modules = fuseDisjoint(model, members, mode, rules);
  const fused = modules.map((module, i) => ({ members: members[i], into: module.typeName() }));
  const unfused = misses.map(({ nodes, reason }) => ({ members: nodes.map(memberName), reason }));
  return new FusionReport(fused, [...unfused, ...additionsBeforeRelu(traced)]);
}

import { fuseGraph, matchFusions } from "@octavo/fusion";
import { trace } from "@octavo/graph";
import type { GraphModule } from "@octavo/graph";
import { stepOn } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { ArgumentError, QuantizationError } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";
import { prepare, prepareQat } from "../prepare.ts";
import { nothingToObserve } from "../nothing-to-observe.ts";
import { objectTypeName } from "../object-type.ts";
import { QConfigMapping } from "../qconfig-mapping.ts";
import { sameQConfig } from "../qconfig.ts";
import type { QConfig } from "../qconfig.ts";
import { DeQuantStub, QuantStub } from "../stubs.ts";
import { followsInput } from "./follows-input.ts";
import { insertStubs } from "./insert-stubs.ts";
import { liftFunctions } from "./lift-functions.ts";
import { nodeQConfigs, nodeQueries } from "./node-qconfigs.ts";
import type { NodeQConfigs } from "./node-qconfigs.ts";
import { requireMatches } from "./require-matches.ts";

type ExampleInputs = Tensor | readonly unknown[];

/**
 * Prepares a model for calibration without changes to its code: traces it, fuses what fits, decides by the mapping what is
 * quantized, puts stubs around it and observers inside. Functions between activations (`add`, `cat`, `sigmoid`, …) take
 * part as layers do, and so do finite parameters and constants that they add or multiply; stubs that the model has already are put anew.
 * torch.ao.quantization.quantize_fx.prepare_fx.
 *
 * ```ts ignore
 * const prepared = prepareFx(model.eval(), getDefaultQConfigMapping(), randn([1, 3, 224, 224]));
 * ```
 *
 * @param exampleInputs a tensor, or the list of forward's arguments.
 * @returns a copy of the model, as a graph.
 * @throws QuantizationError for a model in training mode, one that was prepared before, members of a fused group with
 * different qconfigs, or nothing to quantize; what `trace` throws.
 * @throws ArgumentError for a mapping or example inputs that are none, and for a mapping with paths, patterns or orders that the model has
 * not; of types that it has not, a warning.
 */
export function prepareFx<I extends unknown[], O>(
  model: Module<I, O>,
  mapping: QConfigMapping,
  exampleInputs: ExampleInputs,
): GraphModule<I, O> {
  const where = stepOn("prepareFx", model);
  requireArguments("prepareFx", mapping, exampleInputs);
  const hint = "Call model.eval() first, or use prepareQatFx to train it.";
  if (model.training) throw wrongMode(where, model, "evaluation", hint);
  return prepare(quantizableGraph("prepareFx", model, mapping, exampleInputs), { inplace: true });
}

/**
 * As `prepareFx`, for training: layers also fake-quantize their weights, and batch norm stays alive. Train the result as
 * usual. torch.ao.quantization.quantize_fx.prepare_qat_fx.
 *
 * @throws QuantizationError as `prepareFx`, but for a model in evaluation mode, and for qconfigs that only observe.
 */
export function prepareQatFx<I extends unknown[], O>(
  model: Module<I, O>,
  mapping: QConfigMapping,
  exampleInputs: ExampleInputs,
): GraphModule<I, O> {
  const where = stepOn("prepareQatFx", model);
  requireArguments("prepareQatFx", mapping, exampleInputs);
  const hint = "Call model.train() first, or use prepareFx for post-training quantization.";
  if (!model.training) throw wrongMode(where, model, "training", hint);
  return prepareQat(quantizableGraph("prepareQatFx", model, mapping, exampleInputs), { inplace: true });
}

function requireArguments(where: string, mapping: unknown, exampleInputs: unknown): void {
  if (!(mapping instanceof QConfigMapping)) {
    const hint = "getDefaultQConfigMapping() makes one, new QConfigMapping().setGlobal(qconfig) another.";
    throw new ArgumentError({ where, expected: "a QConfigMapping", got: typeof mapping, hint });
  }
  if (!(exampleInputs instanceof Tensor || Array.isArray(exampleInputs))) {
    const expected = "example inputs: a tensor, or a list of forward's arguments";
    throw new ArgumentError({ where, expected, got: typeof exampleInputs });
  }
}

const pathsOf = (model: Module): string[] => [...model.namedModules()].map(([path]) => path);

/** The model as a graph that `prepare` understands: fused, with stubs, and a qconfig on every module that gets one. */
function quantizableGraph<I extends unknown[], O>(
  where: string,
  model: Module<I, O>,
  mapping: QConfigMapping,
  exampleInputs: ExampleInputs,
): GraphModule<I, O> {
  const paths = new Set(pathsOf(model));
  const traced = trace(model.clone(), exampleInputs);
  const known = new Set([...paths, ...pathsOf(traced)]);
  eraseStubs(traced);
  const { groups } = matchFusions(traced);
  const queries = nodeQueries(traced, paths);
  requireMatches(where, mapping, known, [...queries.values()]);
  const qconfigs = nodeQConfigs(mapping, groups, queries);
  const chosen = [...queries].filter(([node]) => qconfigs.get(node));
  if (chosen.length === 0) {
    throw new QuantizationError({
      where: `${where} of ${model.typeName()}`,
      expected: "a mapping with a qconfig for some of the model's operations",
      got: "none",
      hint: `new QConfigMapping().setGlobal(getDefault${where === "prepareFx" ? "" : "Qat"}QConfig()) has one for all.`,
    });
  }
  liftFunctions(traced, qconfigs, groups);
  fuseGraph(traced);
  insertStubs(traced, qconfigs);
  traced.deleteAllUnusedSubmodules();
  setQConfigs(traced, qconfigs);
  if ([...traced.modules()].every(({ qconfig }) => !qconfig)) {
    throw nothingToObserve(
      `${where} of ${model.typeName()}`,
      chosen.map(([, { type }]) => objectTypeName(type)),
    );
  }
  traced.lint();
  return traced;
}

function eraseStubs(model: GraphModule): void {
  for (const node of [...model.graph.nodes]) {
    if (node.op !== "callModule") continue;
    const module = model.moduleOf(node);
    if (!(module instanceof QuantStub || module instanceof DeQuantStub)) continue;
    node.replaceAllUsesWith(node.inputs[0]);
    model.graph.eraseNode(node);
  }
}

/** @throws QuantizationError for a layer that is called twice, with different qconfigs. */
function setQConfigs(model: GraphModule, qconfigs: NodeQConfigs): void {
  for (const module of model.modules()) module.qconfig = undefined;
  for (const node of model.graph.nodes) {
    if (node.op !== "callModule") continue;
    const module = model.moduleOf(node);
    const [before, qconfig] = [module.qconfig as QConfig | null | undefined, qconfigs.get(node) ?? null];
    // What has no range of its own may be integers in one place and float in another.
    const isShareable = followsInput(model, node);
    if (before !== undefined && !isShareable && !sameQConfig(before, qconfig)) {
      throw new QuantizationError({
        where: `${node.targetName} (${module.typeName()})`,
        expected: "one qconfig for a module that is called twice",
        got: `${before} and ${qconfig}`,
        hint: "Give each call a module of its own, or both the same qconfig.",
      });
    }
    module.qconfig = isShareable ? (before ?? qconfig) : qconfig;
  }
}

function wrongMode(where: string, model: Module, expected: string, hint: string): QuantizationError {
  return new QuantizationError({
    where,
    expected: `a model in ${expected} mode`,
    got: `one in ${model.training ? "training" : "evaluation"} mode`,
    hint,
  });
}

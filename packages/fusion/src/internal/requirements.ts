import { BatchNorm } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { QuantizationError } from "@octavo/spec";

export type Mode = "eval" | "train";

interface Requirement {
  readonly expected: string;
  readonly got: string;
  readonly hint: string;
}

/** What keeps modules that match a pattern from being fused; null if nothing does. The rules are torch's. */
export function obstacle(modules: readonly Module[], mode: Mode): Requirement | null {
  const norm = modules.find((module) => module instanceof BatchNorm);
  if (!norm) return null;
  const [layer] = modules;
  if (layer.training !== norm.training) {
    return {
      expected: "all in the same mode",
      got: `${layer.typeName()} in ${modeOf(layer)} and ${norm.typeName()} in ${modeOf(norm)} mode`,
      hint: "Call eval() or train() on the whole model.",
    };
  }
  // Batch norm before an activation is not folded.
  const isFolded = layer !== norm;
  const channels = outChannels(layer);
  if (isFolded && channels !== undefined && channels !== norm.numFeatures) {
    return {
      expected: `a batch norm of ${channels} channels, as ${layer.typeName()} has`,
      got: `${norm.numFeatures}`,
      hint: "Are these the modules that follow each other in forward?",
    };
  }
  if (isFolded && mode === "eval" && norm.training) {
    return {
      expected: "evaluation mode: folding uses running statistics",
      got: "training mode",
      hint: "Call model.eval() first, or use fuseModulesQat to keep the batch norm while training.",
    };
  }
  if (isFolded && mode === "train" && !norm.weight) {
    return {
      expected: "a batch norm with weight and bias (affine: true)",
      got: "one without",
      hint: "Build it with affine: true.",
    };
  }
  if (isFolded && !norm.runningMean) {
    return {
      expected: "a batch norm that tracks running statistics",
      got: "one that does not",
      hint: "Build it with trackRunningStats: true.",
    };
  }
  return null;
}

/** @throws QuantizationError for what keeps the modules from being fused. */
export function requireFusable(where: string, modules: readonly Module[], mode: Mode): void {
  const found = obstacle(modules, mode);
  if (found) throw new QuantizationError({ where, ...found });
}

export function requireFoldable(layer: Module, norm: Module): void {
  requireFusable(`${layer.typeName()} and ${norm.typeName()}`, [layer, norm], "eval");
}

function outChannels(layer: Module): number | undefined {
  const { outChannels, outFeatures } = layer as Module & { outChannels?: number; outFeatures?: number };
  return outChannels ?? outFeatures;
}

function modeOf(module: Module): string {
  return module.training ? "training" : "evaluation";
}

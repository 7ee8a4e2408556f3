import * as library from "@octavo/nn";
import type { Module } from "@octavo/nn";

/** Modules of `nn` whose forward only calls others. */
const containers = new Set(["Module", "Sequential", "ModuleList"]);

const layers = new Set<unknown>(
  Object.entries(library).flatMap(([name, value]) => (containers.has(name) ? [] : [value])),
);

/**
 * Whether tracing records a call of this module as one node instead of looking inside: layers of `@octavo/nn` (exactly
 * these classes, as torch does; a subclass of one is traced through), and classes that say so themselves by
 * `static readonly isLeafModule = true` (fused, QAT and quantized modules; their subclasses too).
 */
export function isLeafModule(module: Module): boolean {
  const type = module.constructor as { isLeafModule?: boolean };
  return layers.has(type) || type.isLeafModule === true;
}

import type { Module } from "@octavo/nn";

/** A class of modules; exactly these, not their subclasses, match. */
// Constructors of every signature are meant, which only `any` says.
// eslint-disable-next-line typescript/no-explicit-any
export type ModuleClass = abstract new (...args: any[]) => Module;

/**
 * Which modules in a row become one, and how. `fusions` lists the built-in ones; a rule of your own goes beside them:
 * `fuseModules(model, names, { rules: [...fusions, mine] })`.
 */
export interface FusionRule {
  /**
   * Classes of consecutive modules, in order of execution. In graphs, a class stands for its function too (ReLU: `relu`),
   * and a string for the function of that name.
   */
  readonly pattern: readonly (ModuleClass | string)[];
  /** The module that takes their place in evaluation mode; null leaves the float modules as they are. */
  readonly eval: Fuser | null;
  /** As `eval`, for quantization-aware training: batch norm stays alive. */
  readonly train: Fuser | null;
}

/** Makes one module of those that match a pattern, given in its order. */
// The table cannot state in types what the pattern says.
// eslint-disable-next-line typescript/no-explicit-any
export type Fuser = (...modules: any[]) => Module;

/** `Conv2d, BatchNorm2d, ReLU` */
export function describePattern(pattern: FusionRule["pattern"]): string {
  return pattern.map((item) => (typeof item === "string" ? item : item.name)).join(", ");
}

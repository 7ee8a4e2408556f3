import { Identity } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { ArgumentError, OctavoError, QuantizationError } from "@octavo/spec";
import { describePattern } from "./fusion-rule.ts";
import type { FusionRule } from "./fusion-rule.ts";
import { replaceEverywhere } from "./internal/replace-everywhere.ts";
import { requireFusable } from "./internal/requirements.ts";
import type { Mode } from "./internal/requirements.ts";
import { takeHooks } from "./internal/take-hooks.ts";
import { FusedModule } from "./modules/fused-module.ts";

/**
 * Fuses the modules at `names`, in place: the first becomes the fused one, the others do nothing from then on. As torch's
 * fuse_known_modules.
 * @throws ArgumentError for a name that does not exist, QuantizationError for modules that no rule fuses.
 */
export function fuseNamed(
  model: Module,
  names: readonly string[],
  mode: Mode,
  rules: readonly FusionRule[],
): Module {
  const { fused, replacements } = fusedGroup(model, names, mode, rules);
  replaceEverywhere(model, replacements);
  return fused;
}

/** As `fuseNamed` for groups that have no module in common, in one pass over the model. @returns the fused modules. */
export function fuseDisjoint(
  model: Module,
  groups: readonly (readonly string[])[],
  mode: Mode,
  rules: readonly FusionRule[],
): Module[] {
  const all = groups.map((names) => fusedGroup(model, names, mode, rules));
  replaceEverywhere(model, new Map(all.flatMap(({ replacements }) => [...replacements])));
  return all.map(({ fused }) => fused);
}

/** The fused module, and what takes the place of each of the group. */
function fusedGroup(model: Module, names: readonly string[], mode: Mode, rules: readonly FusionRule[]) {
  const where = `fuseModules [${names.join(", ")}]`;
  const modules = names.map((name) => submodule(model, name, where));
  const fuser = ruleFor(modules, mode, rules, where)[mode]!;
  requireFusable(where, modules, mode);
  const [{ training }] = modules;
  const last = modules[modules.length - 1];
  const fused = fuser(...modules);
  fused.training = training;
  takeHooks(fused, last);
  const replacements = new Map(
    modules.map((module, i) => [module, i === 0 ? fused : doingNothing(training)]),
  );
  return { fused, replacements };
}

function doingNothing(training: boolean): Module {
  const identity = new Identity();
  identity.training = training;
  return identity;
}

function submodule(model: Module, name: string, where: string): Module {
  try {
    return model.getSubmodule(name);
  } catch (error) {
    if (!OctavoError.isInstance(error)) throw error;
    throw new ArgumentError({ where, expected: error.expected, got: error.got, cause: error });
  }
}

function ruleFor(
  modules: readonly Module[],
  mode: Mode,
  rules: readonly FusionRule[],
  where: string,
): FusionRule {
  const rule = rules.find(
    ({ pattern, [mode]: fuser }) =>
      fuser !== null &&
      pattern.length === modules.length &&
      pattern.every((type, i) => modules[i].constructor === type),
  );
  if (rule) return rule;
  const got = modules.map((module) => module.typeName()).join(", ");
  const done = modules.find((module) => module instanceof FusedModule || module instanceof Identity);
  if (done) {
    throw new QuantizationError({
      where,
      expected: "modules that were not fused yet",
      got,
      hint: `${done.typeName()} is what fusion leaves behind: fuse each group once, on the original model.`,
    });
  }
  const [first] = modules;
  const known = rules
    .filter(({ pattern }) => pattern[0] === first?.constructor)
    .map(({ pattern }) => pattern);
  throw new QuantizationError({
    where,
    expected:
      known.length > 0
        ? `one of (${known.map(describePattern).join("), (")})`
        : "names of modules that follow each other and have a fusion rule",
    got: `(${got})`,
    hint: "Names go in order of execution. Rules of your own: fuseModules(model, names, { rules: [...fusions, mine] }).",
  });
}

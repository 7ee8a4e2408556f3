import type { Module } from "@octavo/nn";

/**
 * Puts other modules in the place of some of a model's, parents before children; what was replaced is not searched
 * further. A module used in two places is replaced by the same one in both. Returns the model, or what replaced it.
 *
 * @param replacement the new module, or null to keep this one and look at its children
 */
export function replaceModules(
  model: Module,
  replacement: (module: Module, path: string) => Module | null,
): Module {
  const done = new Map<Module, Module>();
  const visit = (module: Module, path: string): Module => {
    const known = done.get(module);
    if (known) return known;
    const replaced = replacement(module, path);
    done.set(module, replaced ?? module);
    if (replaced) return replaced;
    for (const [name, child] of module.namedChildren()) {
      const next = visit(child, path ? `${path}.${name}` : name);
      if (next !== child) module.setSubmodule(name, next);
    }
    return module;
  };
  return visit(model, "");
}

import type { Module } from "@octavo/nn";

/**
 * Puts other modules in the place of some, under every name that they have: a model may hold a module in two fields, and
 * call it by either.
 */
export function replaceEverywhere(model: Module, replacements: ReadonlyMap<Module, Module>): void {
  const places = [...model.modules()].flatMap((holder) =>
    [...holder.namedChildren()]
      .filter(([, child]) => replacements.has(child))
      .map(([name, child]) => ({ holder, name, child })),
  );
  for (const { holder, name, child } of places) {
    (holder as unknown as Record<string, Module>)[name] = replacements.get(child)!;
  }
}

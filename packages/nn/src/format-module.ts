import type { Module } from "./module.ts";

/** The text torch prints for a module: one line, or its children indented by two. */
export function formatModule(module: Module): string {
  const children = [...module.namedChildren()].map(
    ([name, child]) => `(${name}): ${indent(formatModule(child))}`,
  );
  const extra = module.extraRepr();
  if (children.length === 0) return `${module.typeName()}(${extra})`;
  const lines = (extra ? extra.split("\n") : []).concat(children);
  return `${module.typeName()}(\n  ${lines.join("\n  ")}\n)`;
}

function indent(text: string): string {
  return text.replaceAll("\n", "\n  ");
}

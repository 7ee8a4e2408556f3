import { ArgumentError, warn } from "@octavo/spec";
import { objectTypeName } from "../object-type.ts";
import type { MappingQuery, QConfigMapping } from "../qconfig-mapping.ts";

/**
 * An entry that matches nothing would silently quantize what was meant to stay float. Types are a warning: one mapping may serve several
 * models.
 *
 * @param paths of the model's modules. @param calls all that a mapping is asked about.
 * @throws ArgumentError for paths, patterns and orders.
 */
export function requireMatches(
  where: string,
  mapping: QConfigMapping,
  paths: ReadonlySet<string>,
  calls: readonly MappingQuery[],
): void {
  const { names, patterns, orders, types } = mapping.unmatched(paths, calls);
  const modules = `Its modules: ${[...paths].filter(Boolean).join(", ")}.`;
  const refuse = (entries: readonly string[], expected: string, hint: string) => {
    if (entries.length > 0) throw new ArgumentError({ where, expected, got: entries.join(", "), hint });
  };
  refuse(names, "a mapping that names modules of the model", modules);
  refuse(patterns, "a mapping with patterns that match paths of the model from their beginning", modules);
  refuse(orders, "a mapping with orders of calls that the model has", `Its calls: ${numbered(calls)}.`);
  if (types.length === 0) return;
  const present = [...new Set(calls.map(({ type }) => objectTypeName(type)))];
  warn(
    `${where}: the mapping's entries for ${types.join(", ")} match no call of the model, so they change nothing. Its calls: ` +
      `${present.join(", ")}. Classes are compared exactly, and only of modules that are called as a whole.`,
  );
}

/** In the words of `setModuleNameObjectTypeOrder`: `Linear 0, 1 in "head"`. */
function numbered(calls: readonly MappingQuery[]): string {
  const orders = new Map<string, Map<string, number[]>>();
  for (const { type, call } of calls) {
    if (!call) continue;
    const within = orders.get(call.within) ?? new Map<string, number[]>();
    const name = objectTypeName(type);
    within.set(name, [...(within.get(name) ?? []), call.index]);
    orders.set(call.within, within);
  }
  return [...orders]
    .flatMap(([path, types]) => [...types].map(([name, order]) => `${name} ${order.join(", ")} in "${path}"`))
    .join("; ");
}

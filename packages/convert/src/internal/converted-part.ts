import type { Module } from "@octavo/nn";

/** The first module of these classes, for errors: `fc is a QuantizedLinear`; null if there is none. */
export function convertedPart(
  model: Module,
  types: readonly (abstract new (...args: never[]) => Module)[],
): string | null {
  for (const [path, module] of model.namedModules()) {
    if (types.some((type) => module instanceof type)) {
      return `${path || "the model itself"} is a ${module.typeName()}`;
    }
  }
  return null;
}

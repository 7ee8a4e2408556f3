import type { Transform } from "./transform.ts";

/** How to make a transform again in another thread: the export `name` of `module`, called with `args`. */
export interface TransformRecipe {
  readonly module: string;
  readonly name: string;
  /** Data that can be cloned; transforms as their recipes. */
  readonly args: readonly unknown[];
}

/**
 * Makes the maker of a transform known to loaders with workers, which import it by itself:
 *
 * ```ts ignore
 * export const invert = defineTransform(import.meta.url, "invert", (above: number) => (batch, generator) => { … });
 * ```
 *
 * @param module address of the module that exports the result. @param name the name it is exported by.
 */
export function defineTransform<A extends unknown[]>(
  module: string,
  name: string,
  make: (...args: A) => Transform,
): (...args: A) => Transform {
  return (...args) => {
    const made = make(...args);
    if (args.some((argument) => typeof argument === "function" && !recipeOf(argument))) return made;
    // A function of its own: `make` may return one that has a recipe already.
    const transform: Transform = (batch, generator) => made(batch, generator);
    return Object.assign(transform, { recipe: { module, name, args: args.map(asData) } });
  };
}

/** The recipe of a transform; null for a plain function, and for what is made of plain functions. */
export function recipeOf(transform: unknown): TransformRecipe | null {
  return typeof transform === "function" && "recipe" in transform
    ? (transform.recipe as TransformRecipe)
    : null;
}

/** Transforms among the arguments become recipes. */
function asData(argument: unknown): unknown {
  const recipe = recipeOf(argument);
  return recipe ? { recipe } : argument;
}

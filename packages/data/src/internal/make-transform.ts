import type { TransformRecipe } from "../define-transform.ts";
import type { Transform } from "../transform.ts";

/** The transform that a recipe describes. Imports its module. */
export async function makeTransform({ module, name, args }: TransformRecipe): Promise<Transform> {
  const exports = (await import(module)) as Record<string, (...args: unknown[]) => Transform>;
  const own = args.map((argument) =>
    argument !== null && typeof argument === "object" && "recipe" in argument
      ? makeTransform(argument.recipe as TransformRecipe)
      : argument,
  );
  return exports[name](...(await Promise.all(own)));
}

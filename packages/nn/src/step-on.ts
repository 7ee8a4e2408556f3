import { requireModule } from "./internal/require-module.ts";

/** What errors of a step on a model name: `prepare of Net`. @throws ArgumentError for a model that is none. */
export function stepOn(step: string, model: unknown): string {
  requireModule(model, step);
  return `${step} of ${model.typeName()}`;
}

import { ArgumentError, describeGiven } from "@octavo/spec";
import { GraphModule } from "./graph-module.ts";

/** @throws ArgumentError for what is no graph: a model that was not traced, say. */
export function requireGraphModule(model: unknown, where: string): asserts model is GraphModule {
  if (model instanceof GraphModule) return;
  throw new ArgumentError({
    where,
    expected: "a GraphModule",
    got: describeGiven(model),
    hint: "trace(model, exampleInputs) makes one.",
  });
}

import { ArgumentError, OctavoError, ShapeError } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { mapArgument } from "./argument.ts";
import { evaluate } from "./graph-function.ts";
import type { GraphFunction } from "./graph-function.ts";
import type { GraphModule } from "./graph-module.ts";
import { lookUp } from "./internal/module-tree.ts";
import { Node } from "./node.ts";
import type { NodeOp } from "./node.ts";

type Rule = (model: GraphModule, node: Node, args: readonly unknown[], kwargs: object) => unknown;

const rules: { readonly [O in Exclude<NodeOp, "placeholder">]: Rule } = {
  getAttr: (model, node) => lookUp(model, node.targetName),
  callModule: (model, node, args) => model.moduleOf(node)(...args),
  callFunction: (_, node, args, kwargs) => evaluate(node.target as GraphFunction, args, kwargs),
  output: (_, __, [result]) => result,
};

/**
 * Runs a graph node by node, as torch.fx.Interpreter.
 * @param inputs one per placeholder.
 * @param visit sees every node with its result.
 * @throws ArgumentError for a wrong number of inputs, ShapeError for sizes that it was not traced for; errors of nodes with the node's name in front.
 */
export function interpret(
  model: GraphModule,
  inputs: readonly unknown[],
  visit?: (node: Node, result: unknown) => void,
): unknown {
  const { nodes, placeholders, output } = model.graph;
  if (inputs.length !== placeholders.length) {
    throw new ArgumentError({
      where: "GraphModule",
      expected: `${placeholders.length} inputs (${placeholders.join(", ")})`,
      got: `${inputs.length}`,
    });
  }
  const results = new Map<unknown, unknown>(placeholders.map((node, i) => [node, inputs[i]]));
  const value = (leaf: unknown) => (leaf instanceof Node ? results.get(leaf) : leaf);
  for (const node of nodes) {
    if (node.op === "placeholder") requireSizes(node, results.get(node));
    else {
      const args = mapArgument(node.args, value) as unknown[];
      const kwargs = mapArgument(node.kwargs, value) as object;
      results.set(
        node,
        namingErrors(node, () => rules[node.op as keyof typeof rules](model, node, args, kwargs)),
      );
    }
    visit?.(node, results.get(node));
  }
  return results.get(output);
}

/** @throws ShapeError for a size other than that from which numbers in the graph were computed. */
function requireSizes({ name, kwargs }: Node, input: unknown): void {
  for (const [axis, size] of Object.entries((kwargs.sizes ?? {}) as Record<string, number>)) {
    const { shape } = input as Tensor;
    if (shape[Number(axis)] === size) continue;
    throw new ShapeError({
      where: `graph node ${name}`,
      expected: `size ${size} on axis ${axis}, from which numbers of the graph were computed`,
      got: `[${shape.join(", ")}]`,
      hint: "Trace with inputs of the size that the graph is to run on. Sizes themselves (x.shape[2]) are followed, what is computed from them is not.",
    });
  }
}

function namingErrors<T>(node: Node, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!OctavoError.isInstance(error)) throw error;
    const { where, expected, got, hint } = error;
    const parts = { where: `graph node ${node.name}: ${where}`, expected, got, hint, cause: error };
    throw new (error.constructor as typeof OctavoError)(parts);
  }
}

import type { GraphModule, Node } from "@octavo/graph";
import { ReLU } from "@octavo/nn";
import { memberName } from "../fusion-report.ts";
import type { UnfusedGroup } from "../fusion-report.ts";

const reason =
  "one method, addRelu, does both: its scale is for what is left, that of add for the negative sums too";

/**
 * Additions, with nothing but a ReLU behind them, of modules that have `addRelu` too (FloatFunctional, whose first argument names the
 * operation): no rule makes one module of the two, since it is the model's own forward that would say `addRelu`.
 */
export function additionsBeforeRelu(model: GraphModule): UnfusedGroup[] {
  const isRelu = (node: Node) =>
    node.calls("relu") || (node.op === "callModule" && model.moduleOf(node) instanceof ReLU);
  const isAddition = (node: Node) =>
    node.op === "callModule" && "addRelu" in model.moduleOf(node) && node.args[0] === "add";
  return model.graph.nodes.flatMap((node) => {
    const [user, ...others] = node.users;
    if (!isAddition(node) || others.length > 0 || !user || !isRelu(user)) return [];
    return [{ members: [node, user].map(memberName), reason }];
  });
}

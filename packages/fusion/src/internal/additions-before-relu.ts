import type { GraphModule, Node } from "@octavo/graph";
import { ReLU } from "@octavo/nn";
import { memberName } from "../fusion-report.ts";
import type { UnfusedGroup } from "../fusion-report.ts";

const reason =
  "one method, addRelu, does both: its scale is for what is left, that of add for the negative sums too";

/**
 * A FloatFunctional's addition (its first argument names the operation) with nothing but a ReLU behind it: no rule makes one module of the
 * two, since it is the model's own forward that would say `addRelu`.
 */
export function additionsBeforeRelu(model: GraphModule): UnfusedGroup[] {
  const isRelu = (node: Node) =>
    node.calls("relu") || (node.op === "callModule" && model.moduleOf(node) instanceof ReLU);
  return model.graph.nodes.flatMap((node) => {
    const [user, ...others] = node.users;
    const isAddition = node.op === "callModule" && node.args[0] === "add";
    if (!isAddition || others.length > 0 || !user || !isRelu(user)) return [];
    return [{ members: [node, user].map(memberName), reason }];
  });
}

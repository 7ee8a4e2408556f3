import type { GraphModule, Node } from "@octavo/graph";
import { FloatFunctional } from "../float-functional.ts";
import { functionOutput, keepsInputQParams } from "../output-rules.ts";

/** Operations of a FloatFunctional that only change the scale. */
const scalarOperations = new Set<unknown>(["addScalar", "mulScalar"]);

/** Whether a node's result is quantized when its input is, with qparams that follow from the input's. */
export function followsInput(model: GraphModule, node: Node): boolean {
  if (node.op === "callModule") {
    const module = model.moduleOf(node);
    if (module instanceof FloatFunctional) return scalarOperations.has(node.args[0]);
    return keepsInputQParams(module);
  }
  if (node.op !== "callFunction" || typeof node.target === "string") return false;
  return (
    functionOutput(node.targetName) === "input" ||
    ("acceptsQuantized" in node.target && node.target.acceptsQuantized === true)
  );
}

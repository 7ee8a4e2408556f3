import type { GraphModule, Node } from "@octavo/graph";
import { FloatFunctional } from "../float-functional.ts";
import { functionOutput, keepsInputQParams } from "../output-rules.ts";
import { staysInRange } from "./stays-in-range.ts";

/** Operations of a FloatFunctional that only change the scale. */
const scalarOperations = new Set<unknown>(["addScalar", "mulScalar"]);

/** Whether a node's result is quantized when its input is, with qparams that follow from the input's. */
export function followsInput(model: GraphModule, node: Node): boolean {
  if (node.op === "callModule") {
    const module = model.moduleOf(node);
    if (module instanceof FloatFunctional) return scalarOperations.has(node.args[0]);
    return keepsInputQParams(module) && staysInRange(module);
  }
  if (node.op !== "callFunction") return false;
  return movesElements(node) || (functionOutput(node.targetName) === "input" && staysInRange(node.kwargs));
}

/** Whether a node calls a function whose result has elements of its input alone (reshape, slice, …). */
export function movesElements({ target }: Node): boolean {
  return typeof target !== "string" && "acceptsQuantized" in target && target.acceptsQuantized === true;
}

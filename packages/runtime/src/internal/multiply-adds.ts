import { numberOfElements } from "@octavo/spec";

import type { Step } from "../step.ts";

/** Every filter or row of weights meets each pixel or row of this value once. */
const perElementOf = (operand: "inputs" | "outputs") => (step: Step) => {
  const weight = step.constant("weight", ["qint8", "float32"]);
  return (numberOfElements(step[operand][0].shape) / weight.shape[0]) * numberOfElements(weight.shape);
};

/** Multiply-adds of a step, by op; ops that are not here have none to speak of. */
const counts: Readonly<Record<string, (step: Step) => number>> = {
  conv: perElementOf("outputs"),
  floatConv: perElementOf("outputs"),
  dynamicConv: perElementOf("outputs"),
  dynamicLinear: perElementOf("outputs"),
  linear: perElementOf("outputs"),
  floatLinear: perElementOf("outputs"),
  convTranspose: perElementOf("inputs"),
  floatConvTranspose: perElementOf("inputs"),
  matmul: ({ inputs: [a], outputs: [y] }) => numberOfElements(y.shape) * a.shape[a.shape.length - 1],
};

/** Multiply-adds of a step at its batch size; null for ops that only move or map elements. */
export function multiplyAdds(step: Step): number | null {
  return counts[step.op.op]?.(step) ?? null;
}

import { torchName } from "@octavo/nn";
import type { NodeSpec } from "./node.ts";

/**
 * A node's target in torch's spelling: paths in snake case, functions by torch's names (`adaptiveAvgPool2d` is
 * `adaptive_avg_pool2d`, `addScalar` is `add`).
 */
export function torchTarget({ target }: Pick<NodeSpec, "target">): string {
  return torchName(typeof target === "string" ? target : target.name.replace(/Scalar$/, ""));
}

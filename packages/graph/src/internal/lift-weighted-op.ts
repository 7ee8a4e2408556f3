import type { Module } from "@octavo/nn";
import type { Op, Tensor } from "@octavo/tensor";
export function liftWeightedOp(
  op: Op,
  inputs: readonly (Tensor | null)[],
  attributes: object,
  isConstant: (x: Tensor) => boolean,
): { module: Module; input: Tensor } | null {
  return null;
}

import { DTypeError } from "@octavo/spec";
import type { QParams } from "@octavo/spec";
import type { Tensor } from "../tensor.ts";
import { whereOf } from "./where.ts";

/** The qparams of a tensor whose elements are moved. @throws DTypeError per channel, whose axis would change. */
export function movedQParams(x: Tensor, where: string): { dtype: Tensor["dtype"]; qparams: QParams | null } {
  if (x.qparams && x.qparams.axis !== null) {
    throw new DTypeError({
      where: whereOf(where),
      expected: "a float tensor or one with a single scale",
      got: x.describe(),
      hint: "Call dequantize() first.",
    });
  }
  return { dtype: x.dtype, qparams: x.qparams };
}

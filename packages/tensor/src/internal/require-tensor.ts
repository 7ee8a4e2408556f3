import { ArgumentError } from "@octavo/spec";
import { kindOf } from "./kind-of.ts";
import { Tensor } from "../tensor.ts";
import { whereOf } from "./where.ts";

const usualHint =
  "tensor(values, shape) makes one of numbers, arrays of them and typed arrays; a Promise needs an await.";

/** @throws ArgumentError for what is no tensor: an array, say, or nothing at all. */
export function requireTensor(x: unknown, where: string, hint = usualHint): asserts x is Tensor {
  if (x instanceof Tensor) return;
  throw new ArgumentError({ where: whereOf(where), expected: "a tensor", got: kindOf(x), hint });
}

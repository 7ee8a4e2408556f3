import { ArgumentError } from "@octavo/spec";
import { Tensor } from "../tensor.ts";
import { whereOf } from "./where.ts";

const usualHint =
  "tensor(values, shape) makes one of numbers, arrays of them and typed arrays; a Promise needs an await.";

/** @throws ArgumentError for what is no tensor: an array, say, or nothing at all. */
export function requireTensor(x: unknown, where: string, hint = usualHint): asserts x is Tensor {
  if (x instanceof Tensor) return;
  throw new ArgumentError({ where: whereOf(where), expected: "a tensor", got: kindOf(x), hint });
}

/** `Float32Array of length 64`, `an object with data, shape`, `number 3`. */
function kindOf(x: unknown): string {
  if (x === null || x === undefined) return String(x);
  if (typeof x !== "object") return typeof x === "function" ? "a function" : `${typeof x} ${String(x)}`;
  const type = x.constructor?.name ?? "Object";
  if (Array.isArray(x) || ArrayBuffer.isView(x))
    return `${type} of length ${(x as ArrayLike<unknown>).length}`;
  if (type !== "Object") return `a ${type}`;
  const names = Object.keys(x);
  return names.length > 0 ? `an object with ${names.join(", ")}` : "an empty object";
}

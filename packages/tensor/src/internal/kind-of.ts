import { describeGiven } from "@octavo/spec";
import { isTypedArray } from "./is-typed-array.ts";

/** `describeGiven`, with what is in a list or an object: `Float32Array of length 64`, `an object with data, shape`. */
export function kindOf(x: unknown): string {
  const name = describeGiven(x);
  if (Array.isArray(x) || isTypedArray(x)) return `${name} of length ${x.length}`;
  if (name !== "Object") return name;
  const names = Object.keys(x as object);
  return names.length > 0 ? `an object with ${names.join(", ")}` : "an empty object";
}

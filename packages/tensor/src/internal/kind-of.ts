import { describeGiven } from "@octavo/spec";

/** `describeGiven`, with what is in a list or an object: `Float32Array of length 64`, `an object with data, shape`. */
export function kindOf(x: unknown): string {
  const name = describeGiven(x);
  if (Array.isArray(x) || (ArrayBuffer.isView(x) && "length" in x))
    return `${name} of length ${(x as ArrayLike<unknown>).length}`;
  if (name !== "Object") return name;
  const names = Object.keys(x as object);
  return names.length > 0 ? `an object with ${names.join(", ")}` : "an empty object";
}

/** What something is, for an error: `Float32Array of length 64`, `an object with data, shape`, `number 3`. */
export function kindOf(x: unknown): string {
  if (x === null || x === undefined) return String(x);
  if (typeof x !== "object") return typeof x === "function" ? "a function" : `${typeof x} ${String(x)}`;
  const type = x.constructor?.name ?? "Object";
  if (Array.isArray(x) || ArrayBuffer.isView(x))
    return `${type} of length ${(x as ArrayLike<unknown>).length}`;
  if (type !== "Object") return `a ${type}`;
  const names = Object.keys(x);
  return names.length > 0 ? `an object with ${names.join(", ")}` : "an empty object";
}

/** Of `Object`'s prototype, that of another realm too, or of none: no list, tensor or instance of a class. */
export function isPlainObject(x: unknown): x is Readonly<Record<string, unknown>> {
  if (x === null || typeof x !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

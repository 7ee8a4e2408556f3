import { ArgumentError } from "@octavo/spec";

/** @throws ArgumentError */
export function requirePath(where: string, path: unknown): void {
  if (typeof path === "string") return;
  const hint = 'Paths are as namedModules() has them: "features.0".';
  throw new ArgumentError({ where, expected: "the path of a module, a string", got: typeof path, hint });
}

/** @throws ArgumentError */
export function requireOrder(where: string, order: unknown): void {
  if (Number.isInteger(order) && (order as number) >= 0) return;
  throw new ArgumentError({ where, expected: "an order, an integer from 0", got: String(order) });
}

/** @throws ArgumentError */
export function regularExpression(where: string, pattern: unknown): RegExp {
  const expected = "a regular expression, or its text";
  if (!(pattern instanceof RegExp || typeof pattern === "string")) {
    throw new ArgumentError({ where, expected, got: typeof pattern });
  }
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new ArgumentError({ where, expected, got: `"${String(pattern)}"`, cause });
  }
}

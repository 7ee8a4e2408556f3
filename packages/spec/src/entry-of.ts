import { ArgumentError } from "./errors.ts";

/**
 * The entry of a table that a caller names; names that tables inherit (`constructor`) are none.
 * @param what the name is: `dtype`, `mode`.
 * @throws ArgumentError that lists the names there are.
 */
export function entryOf<T extends object, K extends keyof T>(
  table: T,
  name: K,
  where: string,
  what: string,
): T[K] {
  if (Object.hasOwn(table, name)) return table[name];
  throw new ArgumentError({ where, expected: `${what} ${Object.keys(table).join(", ")}`, got: String(name) });
}

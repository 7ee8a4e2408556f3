import { ArgumentError, kindOf } from "@octavo/spec";
import { whereOf } from "./where.ts";

/** @throws ArgumentError for what is no array: torch also takes the sizes one by one. */
export function requireList(x: unknown, where: string, expected = "a list of sizes such as [2, 60]"): void {
  if (Array.isArray(x)) return;
  const got = typeof x === "number" ? String(x) : kindOf(x);
  throw new ArgumentError({ where: whereOf(where), expected, got });
}

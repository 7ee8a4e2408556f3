import { ArgumentError } from "@octavo/spec";
import { kindOf } from "./kind-of.ts";
import { whereOf } from "./where.ts";

/** @throws ArgumentError for what is no array: torch also takes the sizes one by one. */
export function requireList(x: unknown, where: string, expected = "a list of sizes such as [2, 60]"): void {
  if (Array.isArray(x)) return;
  throw new ArgumentError({ where: whereOf(where), expected, got: kindOf(x) });
}

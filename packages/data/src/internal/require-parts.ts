import { ArgumentError } from "@octavo/spec";
import type { CheckpointParts } from "../checkpoint/stateful.ts";

/** @throws ArgumentError for anything without `stateDict` and `loadStateDict`. */
export function requireParts(where: string, parts: CheckpointParts): void {
  for (const [name, part] of Object.entries(parts ?? {})) {
    if (typeof part?.stateDict === "function" && typeof part.loadStateDict === "function") continue;
    throw new ArgumentError({
      where: `${where}, ${name}`,
      expected: "an object with stateDict and loadStateDict",
      got: part === null ? "null" : typeof part,
      hint: "Parts are given by name: { model, optimizer, schedule, loader }.",
    });
  }
}

import { ArgumentError, describeGiven } from "@octavo/spec";
import type { CheckpointParts } from "../checkpoint/stateful.ts";

const hint = "Parts are given by name: { model, optimizer, schedule, loader }.";

/** @throws ArgumentError for what has no parts (a state dict would save none), and for anything without `stateDict` and `loadStateDict`. */
export function requireParts(where: string, parts: CheckpointParts): void {
  if (typeof parts !== "object" || parts === null || parts instanceof Map) {
    throw new ArgumentError({
      where,
      expected: "a file, then parts by name",
      got: describeGiven(parts),
      hint,
    });
  }
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part?.stateDict === "function" && typeof part.loadStateDict === "function") continue;
    throw new ArgumentError({
      where: `${where}, ${name}`,
      expected: "an object with stateDict and loadStateDict",
      got: part === null ? "null" : typeof part,
      hint,
    });
  }
}

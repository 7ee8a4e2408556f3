import { alignColumns } from "@octavo/spec";
import type { Node } from "@octavo/graph";

/** Modules that became one. */
export interface FusedGroup {
  /** Paths of the modules (or names of functions) that were fused, in order. */
  readonly members: readonly string[];
  /** Class of the module that took the place of the first. */
  readonly into: string;
}

/** Modules that look like a pattern, and why they were left alone. */
export interface UnfusedGroup {
  readonly members: readonly string[];
  readonly reason: string;
}

/** What automatic fusion did, and what it left alone and why. Prints as two tables. */
export class FusionReport {
  readonly fused: readonly FusedGroup[];
  readonly unfused: readonly UnfusedGroup[];

  constructor(fused: readonly FusedGroup[], unfused: readonly UnfusedGroup[]) {
    this.fused = fused;
    this.unfused = unfused;
  }

  toString(): string {
    const parts = [
      table(
        ["fused", "into"],
        this.fused.map(({ members, into }) => [members.join(", "), into]),
      ),
      table(
        ["not fused", "because"],
        this.unfused.map(({ members, reason }) => [members.join(", "), reason]),
      ),
    ];
    return parts.filter((part) => part !== "").join("\n\n") || "nothing to fuse";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** The path of the module that a node calls, or the name of a function call. */
export function memberName(node: Node): string {
  return node.op === "callModule" ? node.targetName : node.name;
}

function table(titles: readonly [string, string], rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return "";
  const underline = titles.map((title, i) =>
    "-".repeat(Math.max(title.length, ...rows.map((row) => row[i].length))),
  );
  return alignColumns([titles, underline, ...rows]).join("\n");
}

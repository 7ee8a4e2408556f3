import { ArgumentError } from "@octavo/spec";
import { whereOf } from "./where.ts";

/** What a loss returns: one number, or one per element. */
export type Reduction = "mean" | "sum" | "none";

const reductions: readonly string[] = ["mean", "sum", "none"] satisfies Reduction[];

/** @throws ArgumentError for a name that is none: another would be taken for one of them. */
export function requireReduction(reduction: string, where: string): asserts reduction is Reduction {
  if (reductions.includes(reduction)) return;
  throw new ArgumentError({
    where: whereOf(where),
    expected: `reduction ${reductions.join(", ")}`,
    got: reduction,
  });
}

import { ArgumentError } from "@octavo/spec";
import { kindOf } from "@octavo/tensor";

/** How many features, channels, rows a layer has, by the names of the arguments. @throws ArgumentError for anything but integers from 0. */
export function requireCounts(where: string, counts: Readonly<Record<string, unknown>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (typeof count === "number" && Number.isInteger(count) && count >= 0) continue;
    const isObject = typeof count === "object" && count !== null;
    throw new ArgumentError({
      where,
      expected: `${name}, an integer ≥ 0`,
      got: kindOf(count),
      hint: isObject ? `${name} is an argument of its own, not an option.` : undefined,
    });
  }
}

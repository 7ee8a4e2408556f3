import { ArgumentError } from "@octavo/spec";

/** @throws ArgumentError for anything but a whole number: torch's `dim=1` becomes `1` here, not `{ dim: 1 }`. */
export function requireAxis(dim: number, type: string): number {
  if (Number.isInteger(dim)) return dim;
  throw new ArgumentError({
    where: type,
    expected: "an axis, an integer",
    got: JSON.stringify(dim) ?? String(dim),
    hint: `The axis is the argument itself: new ${type}(1).`,
  });
}

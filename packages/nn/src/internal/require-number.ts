import { ArgumentError } from "@octavo/spec";
import { kindOf } from "@octavo/tensor";

/** @throws ArgumentError for anything but a number: torch's `p=0.3` becomes `0.3` here, not `{ p: 0.3 }`. */
export function requireNumber(x: number, where: string, name: string): number {
  if (typeof x === "number") return x;
  throw new ArgumentError({
    where,
    expected: `${name}, a number`,
    got: kindOf(x),
    hint: `${name} is an argument of its own, not an option.`,
  });
}

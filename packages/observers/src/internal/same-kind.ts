import { ArgumentError, describeGiven } from "@octavo/spec";
import type { Observer } from "../observer.ts";

/** `other`, known to be of the class of `self` and to make the same integers; `ArgumentError` if it is not. */
export function sameKind<O extends Observer>(self: O, other: Observer): O {
  if (other instanceof self.constructor && integersOf(other) === integersOf(self)) return other as O;
  const isObserver = typeof other?.className === "string";
  throw new ArgumentError({
    where: `${self.name}: merge`,
    expected: `a ${self.className}${integersOf(self)}`,
    got: isObserver ? `a ${other.className}${integersOf(other)}` : describeGiven(other),
  });
}

function integersOf({ dtype, qscheme, quantMin, quantMax }: Observer): string {
  const range = quantMin === null ? "" : ` ${quantMin}..${quantMax}`;
  return ` of ${dtype}${range}, ${qscheme}`;
}

import { ArgumentError } from "@octavo/spec";
import type { Observer } from "../observer.ts";

/** `other`, known to be of the class of `self`; `ArgumentError` if it is not. */
export function sameKind<O extends Observer>(self: O, other: Observer): O {
  if (other instanceof self.constructor) return other as O;
  throw new ArgumentError({
    where: `${self.name}: merge`,
    expected: `a ${self.className}`,
    got: `a ${other.className}`,
  });
}

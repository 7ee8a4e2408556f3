import { ArgumentError } from "@octavo/spec";
import { kindOf } from "@octavo/tensor";

/** How many there are is looked at with the input. @throws ArgumentError for what is neither a number nor a list of them. */
export function requireSize<S>(size: S, where: string, name: string): S {
  if (typeof size === "number" || Array.isArray(size)) return size;
  throw new ArgumentError({
    where,
    expected: `${name}, a number or a list of them`,
    got: kindOf(size),
    hint: `${name} is an argument of its own, not an option.`,
  });
}

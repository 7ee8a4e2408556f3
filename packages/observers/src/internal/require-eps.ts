import { ArgumentError } from "@octavo/spec";

/** A smallest scale, as float32 holds it. @throws ArgumentError for one that is not above 0 and finite there. */
export function requireEps(eps: number, where: string): number {
  const held = typeof eps === "number" ? Math.fround(eps) : NaN;
  if (held > 0 && held < Infinity) return held;
  throw new ArgumentError({ where, expected: "a positive eps", got: String(eps) });
}

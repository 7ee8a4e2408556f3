import { ArgumentError } from "@octavo/spec";

/** The options of a group and of one from a state dict. @throws ArgumentError naming those that only one of both has. */
export function requireSameOptions(where: string, own: object, saved: object): void {
  const without = (a: object, b: object) => Object.keys(a).filter((name) => !(name in b));
  const [missing, foreign] = [without(own, saved), without(saved, own)];
  if (missing.length + foreign.length === 0) return;
  const differences = [
    missing.length > 0 && `without ${missing.join(", ")}`,
    foreign.length > 0 && `with ${foreign.join(", ")}`,
  ];
  throw new ArgumentError({
    where,
    expected: `options ${Object.keys(own)
      .filter((name) => name !== "params")
      .join(", ")}`,
    got: `a state ${differences.filter(Boolean).join(", but ")}`,
    hint: "It is another optimiser's: load it into one of the class that gave it.",
  });
}

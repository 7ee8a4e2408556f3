import { ArgumentError } from "@octavo/spec";

/** In a group beside its options; `initialLr` only where a scheduler has been made. */
const others = ["params", "initialLr"];

/** The options of a group and of one from a state dict. @throws ArgumentError naming those that only one of both has. */
export function requireSameOptions(where: string, own: object, saved: object): void {
  const optionsOf = (group: object) => Object.keys(group).filter((name) => !others.includes(name));
  const without = (a: object, b: object) => optionsOf(a).filter((name) => !(name in b));
  const [missing, foreign] = [without(own, saved), without(saved, own)];
  if (missing.length + foreign.length === 0) return;
  const differences = [
    missing.length > 0 && `without ${missing.join(", ")}`,
    foreign.length > 0 && `with ${foreign.join(", ")}`,
  ];
  throw new ArgumentError({
    where,
    expected: `options ${optionsOf(own).join(", ")}`,
    got: `a state ${differences.filter(Boolean).join(", but ")}`,
    hint: "It is another optimiser's: load it into one of the class that gave it.",
  });
}

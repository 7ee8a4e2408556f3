import { ArgumentError } from "@octavo/spec";

/** Options with every default filled in; an integer range that stays undefined is the dtype's. */
export type Settings<Options> = Required<Omit<Options, "quantMin" | "quantMax">> & {
  readonly quantMin: number | undefined;
  readonly quantMax: number | undefined;
};

/**
 * `defaults` overridden by what `options` gives. @throws ArgumentError for a name that `defaults` lacks: a misspelt
 * option (torch's `reduce_range`, say) must not be ignored.
 */
export function withDefaults<T extends object>(where: string, defaults: T, options: Partial<T>): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const known = Object.keys(defaults);
  const unknown = given.map(([name]) => name).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ArgumentError({ where, expected: `options ${known.join(", ")}`, got: unknown });
  }
  return { ...defaults, ...Object.fromEntries(given) };
}

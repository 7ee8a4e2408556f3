import { ArgumentError } from "./errors.ts";

/** Every option of `O` with a value; undefined only where the default is. */
export type Settings<O extends object, D extends object> = {
  readonly [K in keyof O]-?:
    | Exclude<O[K], undefined>
    | (K extends keyof D ? Extract<D[K], undefined> : never);
};

/**
 * `defaults` overridden by what `options` gives. The defaults are also the list of options that there are: a misspelt one
 * (torch's `reduce_range`, say) must not be ignored, and JavaScript programs have no compiler to tell.
 *
 * @param where what the options are for: the name of the class.
 * @throws ArgumentError for a name that `defaults` lacks, naming those it has; for anything but an object.
 */
export function withDefaults<
  O extends object,
  D extends { readonly [K in keyof Required<O>]: O[K] | undefined },
>(where: string, defaults: D, options: O): Settings<O, D> {
  const known = Object.keys(defaults);
  const expected = `options ${known.join(", ")}`;
  if (options === null || typeof options !== "object") {
    const got = options === null ? "null" : `${typeof options} ${String(options)}`;
    throw new ArgumentError({ where, expected, got, hint: "Options are one object, the last argument." });
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const unknown = given.map(([name]) => name).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ArgumentError({ where, expected, got: unknown });
  return { ...defaults, ...Object.fromEntries(given) } as unknown as Settings<O, D>;
}

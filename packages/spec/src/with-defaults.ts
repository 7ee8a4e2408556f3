import { isPlainObject } from "./is-plain-object.ts";
import { ArgumentError } from "./errors.ts";
import { describeGiven } from "./describe-given.ts";

/** Every option of `O` with a value; undefined only where the default is. */
export type Settings<O extends object, D extends object> = {
  readonly [K in keyof O]-?:
    | Exclude<O[K], undefined>
    | (K extends keyof D ? Extract<D[K], undefined> : never);
};

/**
 * `defaults` overridden by what `options` gives. The defaults are also the list of options that there are: a misspelt one
 * (torch's `reduce_range`, say) must not be ignored, nor a number where torch takes options by position; JavaScript programs
 * have no compiler to tell.
 *
 * Operations on tensors ask here thousands of times a step: the way through without an error has no closures and one copy.
 *
 * @param where what the options are for: the name of the class; a function is called only if there is an error.
 * @throws ArgumentError for a name that `defaults` lacks, naming those it has; for anything but a plain object.
 */
export function withDefaults<
  O extends object,
  D extends { readonly [K in keyof Required<O>]: O[K] | undefined },
>(where: string | (() => string), defaults: D, options: O): Settings<O, D> {
  // A list, a tensor or a class has options nobody would read.
  if (!isPlainObject(options)) {
    const got = options === undefined ? "none" : describeGiven(options);
    const [first] = Object.keys(defaults);
    throw refused(where, defaults, got, `Options are one object, { ${first}: … }.`);
  }
  const settings: Record<string, unknown> = { ...defaults };
  for (const name of Object.keys(options)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined) continue;
    if (!Object.hasOwn(settings, name)) throw refused(where, defaults, name);
    settings[name] = value;
  }
  return settings as Settings<O, D>;
}

function refused(
  where: string | (() => string),
  defaults: object,
  got: string,
  hint?: string,
): ArgumentError {
  const expected = `options ${Object.keys(defaults).join(", ")}`;
  return new ArgumentError({ where: typeof where === "string" ? where : where(), expected, got, hint });
}

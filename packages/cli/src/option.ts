import { ArgumentError } from "@octavo/spec";

/** One `--name value` of a command: its line in the help, its default, and the check of what was typed. */
export interface Option<T> {
  /** What stands for the value in the help: `<n>`. */
  readonly value: string;
  readonly summary: string;
  readonly default: T;
  /** The default in words, where the value itself says little. */
  readonly defaultText?: string;
  /** The value, or what was expected instead. */
  parse(text: string): { readonly value: T } | { readonly expected: string };
}

/** A command's options by name, without the dashes. */
export type Options = Readonly<Record<string, Option<any>>>;

/** What a command runs with: every option's value. */
export type ValuesOf<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** A whole number, at least `min`. */
export function integer(summary: string, initial: number, min: number): Option<number> {
  return number(summary, initial, min);
}

/** As `integer`, null when it is not given; `defaultText` says what happens then. */
export function optionalInteger(summary: string, min: number, defaultText: string): Option<number | null> {
  return { ...number<number | null>(summary, null, min), defaultText };
}

function number<T>(summary: string, initial: T, min: number): Option<T | number> {
  return {
    value: "<n>",
    summary,
    default: initial,
    parse: (text) => {
      const value = Number(text);
      const fits = /^[0-9]+$/.test(text) && value >= min && Number.isSafeInteger(value);
      return fits ? { value } : { expected: `a whole number ≥ ${min}` };
    },
  };
}

/** One of a few words. */
export function choice<T extends string>(summary: string, initial: T, words: readonly T[]): Option<T> {
  return {
    value: `<${words.join("|")}>`,
    summary,
    default: initial,
    parse: (text) => {
      const value = words.find((word) => word === text);
      return value === undefined ? { expected: `one of ${words.join(", ")}` } : { value };
    },
  };
}

/** Any text but the empty one. */
export function text(summary: string, value: string, initial: string): Option<string> {
  return { ...optionalText(summary, value, ""), default: initial, defaultText: undefined };
}

/** As `text`, the empty text when it is not given; `defaultText` says what happens then. */
export function optionalText(summary: string, value: string, defaultText: string): Option<string> {
  return {
    value,
    summary,
    default: "",
    defaultText,
    parse: (given) => (given === "" ? { expected: "a text that is not empty" } : { value: given }),
  };
}

/** Wrong words on the command line; ends the program with exit code 2. */
export class UsageError extends ArgumentError {
  static override readonly name: string = "UsageError";
}

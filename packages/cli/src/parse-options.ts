import { parseArgs } from "node:util";
import { closest } from "./closest.ts";
import { UsageError } from "./option.ts";
import type { Options, ValuesOf } from "./option.ts";

/**
 * The values of a command's options, defaults included; null when `--help` is among the arguments.
 * @throws UsageError for an unknown option (with the one that was probably meant), one that comes twice, a missing or a
 *   wrong value.
 */
export function parseOptions<O extends Options>(
  where: string,
  options: O,
  args: readonly string[],
): ValuesOf<O> | null {
  const known = Object.keys(options);
  const { tokens } = parseArgs({
    args: [...args],
    // Not strict, so that the messages are ours: they name what was probably meant.
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(known.map((name) => [name, { type: "string" as const }])),
      help: { type: "boolean", short: "h" },
    },
  });
  if (tokens.some((token) => token.kind === "option" && token.name === "help")) return null;
  const values = Object.fromEntries(known.map((name) => [name, options[name].default]));
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") {
      throw new UsageError({
        where,
        expected: "only options",
        got: `"${token.value}"`,
        hint: fileHint(options, token.value) ?? seeHelp(where),
      });
    }
    if (token.kind !== "option") continue;
    values[token.name] = valueOf(where, options, token);
    if (given.has(token.name)) {
      throw new UsageError({ where: `${where} ${token.rawName}`, expected: "one value", got: "it twice" });
    }
    given.add(token.name);
  }
  return values as ValuesOf<O>;
}

function valueOf(where: string, options: Options, token: { name: string; rawName: string; value?: string }) {
  const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
  if (!option) {
    const meant = closest(token.name, Object.keys(options));
    const hint = meant ? `Did you mean --${meant}?` : seeHelp(where);
    throw new UsageError({ where, expected: "an option it knows", got: token.rawName, hint });
  }
  const place = `${where} ${token.rawName}`;
  if (token.value === undefined)
    throw new UsageError({ where: place, expected: option.value, got: "no value" });
  const parsed = option.parse(token.value);
  if ("value" in parsed) return parsed.value;
  throw new UsageError({ where: place, expected: parsed.expected, got: `"${token.value}"` });
}

/** Where a command takes a file, a word without an option is meant to be it. */
function fileHint(options: Options, word: string): string | null {
  const name = Object.keys(options).find((one) => options[one].value === "<file>");
  return name === undefined ? null : `Did you mean --${name} ${word}?`;
}

const seeHelp = (where: string) => `${where} --help lists them.`;

import { readFileSync } from "node:fs";
import { OctavoError } from "@octavo/spec";
import { closest } from "./closest.ts";
import type { Command } from "./command.ts";
import { commands } from "./commands.ts";
import { commandHelp, commandsHelp } from "./help.ts";
import { UsageError } from "./option.ts";
import { parseOptions } from "./parse-options.ts";

/**
 * Runs `octavo` with these arguments (without Node and the script). Resolves to the exit code: 0, 1 for a failure, 2 for
 * wrong arguments. Expected failures are printed without a stack; others are thrown.
 */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (!OctavoError.isInstance(error)) throw error;
    console.error(/^octavo\b/.test(error.message) ? error.message : `octavo: ${error.message}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** What `octavo` says of itself, by the words that ask for it. */
const answers: Readonly<Record<string, () => string>> = {
  help: () => commandsHelp(commands),
  "--help": () => commandsHelp(commands),
  "-h": () => commandsHelp(commands),
  "--version": version,
};

async function dispatch([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined) {
    console.log(commandsHelp(commands));
    return 2;
  }
  if (name === "help" && rest.length > 0) return dispatch([rest[0], "--help"]);
  if (Object.hasOwn(answers, name)) {
    console.log(answers[name]());
    return 0;
  }
  const command = commandOf(name);
  const values = parseOptions(`octavo ${name}`, command.options, rest);
  if (values) return command.run(values);
  console.log(commandHelp(name, command));
  return 0;
}

/** Of this package, beside whose sources and built files its manifest lies. */
function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

function commandOf(name: string): Command {
  if (Object.hasOwn(commands, name)) return commands[name];
  const meant = closest(name, Object.keys(commands));
  throw new UsageError({
    where: "octavo",
    expected: `a command: ${Object.keys(commands).join(", ")}`,
    got: `"${name}"`,
    hint: meant ? `Did you mean ${meant}?` : "octavo --help lists them.",
  });
}

import type { Command } from "./command.ts";
import type { Option } from "./option.ts";

/** What `octavo --help` prints. */
export function commandsHelp(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary]);
  return [
    "octavo <command> [options]",
    "",
    ...columns(rows),
    "",
    "octavo <command> --help lists a command's options, octavo --version says which version this is.",
  ].join("\n");
}

/** What `octavo <name> --help` prints. */
export function commandHelp(name: string, { summary, options }: Command): string {
  const rows = Object.entries(options).map(([option, { value, ...rest }]) => [
    `--${option} ${value}`,
    `${rest.summary} (${defaultOf(rest)})`,
  ]);
  return [`octavo ${name} [options]`, "", summary, "", ...columns([...rows, ["--help", "this text"]])].join(
    "\n",
  );
}

function defaultOf({
  default: value,
  defaultText,
}: Pick<Option<unknown>, "default" | "defaultText">): string {
  return `default: ${defaultText ?? value}`;
}

/** Long first columns get a line of their own. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.min(22, Math.max(...rows.map(([first]) => first.length)));
  return rows.map(([first, second]) => {
    const gap = first.length > width ? `\n${" ".repeat(width + 2)}` : " ".repeat(width - first.length);
    return `  ${first}${gap}  ${second}`;
  });
}

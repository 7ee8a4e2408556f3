/** One module of a printed network: where, and what is written there. */
export interface PrintedModule {
  readonly path: string;
  readonly type: string;
  /** `key=value` and plain arguments, in the printed order. */
  readonly args: string[];
}

const oneLine = /^\s*(?:\((\w+)\): )?(\w+)\((.*)\)$/;
const opening = /^\s*(?:\((\w+)\): )?(\w+)\($/;

/** The modules of a text that torch or Octavo printed, parents first. */
export function printedModules(text: string): PrintedModule[] {
  const rows: PrintedModule[] = [];
  const open: PrintedModule[] = [];
  for (const line of text.trimEnd().split("\n")) {
    const opens = opening.exec(line);
    const start = opens ?? oneLine.exec(line);
    if (start) {
      const [, name = "", type, args = ""] = start;
      const path = [open.at(-1)?.path, name].filter(Boolean).join(".");
      rows.push({ path, type, args: splitArgs(args) });
      if (opens) open.push(rows.at(-1)!);
    } else if (line.trim() === ")") {
      open.pop();
    } else {
      open.at(-1)!.args.push(...splitArgs(line));
    }
  }
  return rows;
}

/** At commas outside of brackets, which may lie one in another. */
function splitArgs(text: string): string[] {
  const parts = text.match(/(?:[^,(]|\((?:[^()]|\([^()]*\))*\))+/g) ?? [];
  return parts.map((arg) => arg.trim()).filter(Boolean);
}

/** One line per module, modules and arguments in alphabetical order. */
export function sortedLines(rows: readonly PrintedModule[]): string[] {
  return rows.map(({ path, type, args }) => `${path}: ${type}(${[...args].sort().join(", ")})`).sort();
}

/** What a block printed at one line of its file. */
export interface Output {
  readonly line: number;
  readonly text: string;
}

export interface Expectation {
  /** Where the comment stands; what was printed by the nearest line at or above it is meant. */
  readonly line: number;
  readonly lines: readonly string[];
}

/**
 * The `// → value` comments of a program. One that stands alone on its line goes on with the one above it, for
 * output of several lines. `…` stands for anything.
 */
export function expectationsIn(code: string, firstLine: number): Expectation[] {
  const found: { line: number; last: number; lines: string[] }[] = [];
  code.split("\n").forEach((text, i) => {
    const match = /^(.*?)\/\/ →(.*)$/.exec(text);
    if (!match) return;
    const line = firstLine + i;
    const previous = found.at(-1);
    const standsAlone = match[1]!.trim() === "";
    if (standsAlone && previous?.last === line - 1) {
      previous.lines.push(match[2]!);
      previous.last = line;
    } else {
      found.push({ line, last: line, lines: [match[2]!] });
    }
  });
  return found.map(({ line, lines }) => ({ line, lines }));
}

/** One sentence for each expectation that the outputs do not meet. */
export function unmetExpectations(expected: readonly Expectation[], outputs: readonly Output[]): string[] {
  return expected.flatMap(({ line, lines }) => {
    const source = sourceOf(line, outputs);
    const printed = outputs
      .filter((output) => output.line === source)
      .flatMap(({ text }) => text.split("\n"));
    const wanted = lines.map(normal).join("\n");
    const got = printed.map(normal).join("\n");
    return matches(wanted, got)
      ? []
      : [`line ${line}: expected\n${wanted}\nbut it printed\n${got || "(nothing)"}`];
  });
}

/** One sentence for each line that printed what nothing under it shows, or for a program without any output: readers see none. */
export function unshownOutputs(expected: readonly Expectation[], outputs: readonly Output[]): string[] {
  if (outputs.length === 0) return ["it prints nothing"];
  const shown = new Set(expected.map(({ line }) => sourceOf(line, outputs)));
  const unshown = outputs.filter(({ line }) => !shown.has(line));
  return unshown.map(({ line, text }) => `line ${line}: no "// →" shows that it printed\n${text}`);
}

/** The line that printed what an expectation at this one means. */
function sourceOf(line: number, outputs: readonly Output[]): number {
  return Math.max(...outputs.filter((output) => output.line <= line).map((output) => output.line));
}

const normal = (text: string) => text.trim().replaceAll(/\s+/g, " ");

function matches(wanted: string, got: string): boolean {
  const pattern = wanted
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("[^]*");
  return new RegExp(`^${pattern}$`).test(got);
}

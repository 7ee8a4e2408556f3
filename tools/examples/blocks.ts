import { parseSync } from "oxc-parser";

/** A program in a README or a doc comment. */
export interface Block {
  readonly file: string;
  /** Line in `file` of the first line of the code. */
  readonly line: number;
  readonly code: string;
}

/** Every ```` ```ts ```` block of a Markdown file, except ```` ```ts ignore ````. */
export function markdownBlocks(file: string, markdown: string): Block[] {
  return fencedBlocks(file, markdown.split("\n"), 1);
}

/** The code of every `@example` in a file's doc comments: its `ts` blocks, or all of it if it has no fences. */
export function docBlocks(file: string, source: string): Block[] {
  return parseSync(file, source)
    .comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"))
    .flatMap(({ start, value }) => {
      const line = source.slice(0, start).split("\n").length;
      return exampleSections(value, line).flatMap(({ lines, line: first }) => {
        const fenced = lines.some((text) => text.trimStart().startsWith("```"));
        return fenced ? fencedBlocks(file, lines, first) : plainBlock(file, lines, first);
      });
    });
}

function fencedBlocks(file: string, lines: readonly string[], firstLine: number): Block[] {
  const blocks: Block[] = [];
  let open: { runs: boolean; start: number; indent: string } | null = null;
  lines.forEach((text, i) => {
    const fence = /^(\s*)```\s*(.*)$/.exec(text);
    if (!fence) return;
    if (open?.runs) {
      const code = lines.slice(open.start, i).map((codeLine) => codeLine.replace(open!.indent, ""));
      blocks.push({ file, line: firstLine + open.start, code: code.join("\n") });
    }
    const runs = /^(ts|typescript)$/.test(fence[2]!.trim());
    open = open ? null : { runs, start: i + 1, indent: fence[1]! };
  });
  return blocks;
}

function plainBlock(file: string, lines: readonly string[], line: number): Block[] {
  const code = lines.join("\n");
  return code.trim() === "" ? [] : [{ file, line, code }];
}

function exampleSections(comment: string, firstLine: number): { lines: string[]; line: number }[] {
  const lines = comment.split("\n").map((text) => text.replace(/^\s*\*? ?/, ""));
  const sections: { lines: string[]; line: number }[] = [];
  let current: string[] | null = null;
  let fenced = false;
  lines.forEach((text, i) => {
    if (text.trimStart().startsWith("```")) fenced = !fenced;
    const tag = fenced ? null : /^\s*@(\w+)/.exec(text)?.[1];
    if (tag === "example") sections.push({ lines: (current = []), line: firstLine + i + 1 });
    else if (tag) current = null;
    else current?.push(text);
  });
  return sections;
}

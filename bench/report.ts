import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { machine } from "./machine.ts";

/** A figure that was not measured is null; an object's keys are the columns. */
export type Row = Readonly<Record<string, string | number | null>>;

/** Writes `results/<name>.json`, or `results/without-avx512/<name>.json`, with the machine that the rows were measured on. */
export async function writeResults(name: string, rows: readonly Row[]): Promise<void> {
  const here = machine();
  const folder = join(import.meta.dirname, "results", here.without ? `without-${here.without}` : "");
  await mkdir(folder, { recursive: true });
  const body = rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
  const text = `{\n  "machine": ${JSON.stringify(here)},\n  "rows": [\n${body}\n  ]\n}\n`;
  await writeFile(join(folder, `${name}.json`), text);
}

/** The rows as aligned columns, numbers to the right. */
export function table(rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const columns = Object.keys(rows[0]);
  const cells = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const isText = columns.map((column) => rows.some((row) => typeof row[column] === "string"));
  return cells
    .map((line) =>
      line
        .map((text, i) => (isText[i] ? text.padEnd(widths[i]) : text.padStart(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const cell = (value: string | number | null) => (value === null ? "–" : String(value));

/** To three significant digits, or whole. */
export function short(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

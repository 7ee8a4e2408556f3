import type { Measured } from "./job.ts";

/** The rows as aligned columns. */
export function table(rows: readonly Measured[]): string {
  const cells = [
    ["", "accuracy %", "bytes", "images/s", "ms, batch of 1"],
    ...rows.map(({ name, accuracy, bytes, imagesPerSecond, latency }) => [
      name,
      accuracy.toFixed(2),
      String(bytes),
      imagesPerSecond.toFixed(0),
      latency.toFixed(3),
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = ([name, ...numbers]: readonly string[]) =>
    [name.padEnd(widths[0]), ...numbers.map((cell, i) => cell.padStart(widths[i + 1]))].join("   ");
  return cells.map(line).join("\n");
}

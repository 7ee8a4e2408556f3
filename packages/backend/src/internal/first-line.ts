/** The first line of an error's message: what fits into a list of reasons. */
export function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0];
}

/** Without a choice inside that a long string would have to remember for each of its characters. */
const string = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/**
 * First key that occurs twice in one object of a valid JSON text, or null. `JSON.parse` keeps the last of equal keys
 * without a word, so a file could describe a tensor twice and readers would disagree on which one counts.
 *
 * @param parsed what `JSON.parse` made of the text
 */
export function findDuplicateKey(json: string, parsed: object): string | null {
  // A colon for each key that was written; where all of them are still there, none was written twice.
  const written = json.replace(string, "").split(":").length - 1;
  const kept = Object.values(parsed).reduce((sum, entry) => sum + keysOf(entry), keysOf(parsed));
  return written === kept ? null : search(json);
}

function keysOf(value: unknown): number {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value).length : 0;
}

function search(json: string): string | null {
  const seen: Set<string>[] = [];
  // Strings (with the colon that makes them keys) and the brackets outside of strings; the rest cannot matter.
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}]/g)) {
    if (token === "{") seen.push(new Set());
    else if (token === "}") seen.pop();
    else if (token.endsWith(":")) {
      const key = JSON.parse(token.slice(0, -1)) as string;
      const keys = seen[seen.length - 1];
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}

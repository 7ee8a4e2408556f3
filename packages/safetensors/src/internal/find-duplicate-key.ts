/**
 * First key that occurs twice in one object of a valid JSON text, or null. `JSON.parse` keeps the last of equal keys
 * without a word, so a file could describe a tensor twice and readers would disagree on which one counts.
 */
export function findDuplicateKey(json: string): string | null {
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

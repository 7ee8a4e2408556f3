/**
 * What to do where all names differ by one beginning: a model that was saved inside another (torch's DataParallel calls it `module`), or the reverse.
 * @param given how many names the state has
 * @returns null where that is not what went wrong
 */
export function prefixHint(
  missing: readonly string[],
  unknown: readonly string[],
  given: number,
): string | null {
  if (missing.length === 0 || missing.length !== unknown.length || unknown.length !== given) return null;
  const prefix = prefixOf(unknown, missing);
  if (prefix !== null) {
    const entry = `name.slice(${prefix.length})`;
    return `Each name begins with "${prefix}" that the model's lack: new Map([...state].map(([name, x]) => [${entry}, x]))`;
  }
  const own = prefixOf(missing, unknown);
  return own === null
    ? null
    : `The names are those of the module at "${own.slice(0, -1)}": load the state there.`;
}

/** What each of the longer names has before one of the shorter ones, or null. */
function prefixOf(longer: readonly string[], shorter: readonly string[]): string | null {
  const names = new Set(shorter);
  const first = longer.find((name) => name.endsWith(`.${shorter[0]}`));
  if (first === undefined) return null;
  const prefix = first.slice(0, first.length - shorter[0].length);
  const fits = longer.every((name) => name.startsWith(prefix) && names.has(name.slice(prefix.length)));
  return fits ? prefix : null;
}

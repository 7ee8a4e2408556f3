/** So many of a list are shown: a whole network has hundreds of names. */
const shown = 5;

/** The first few of a list, and how many more there are. */
export function shortened(items: readonly string[], separator = ", "): string {
  const rest = items.length - shown;
  if (rest <= 1) return items.join(separator);
  return `${items.slice(0, shown).join(separator)} and ${rest} more`;
}

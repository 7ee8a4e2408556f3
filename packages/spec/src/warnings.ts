/** Takes one warning, a sentence or two. */
export type WarningHandler = (message: string) => void;

const shown = new Set<string>();
const printOnce: WarningHandler = (message) => {
  if (shown.has(message)) return;
  shown.add(message);
  console.warn(message);
};

let handler = printOnce;

/** Sends the warnings of all packages to `next`; null restores the default, which prints each text once by `console.warn`. */
export function onWarning(next: WarningHandler | null): void {
  handler = next ?? printOnce;
}

/** Hands a warning to the handler of `onWarning`: for packages. */
export function warn(message: string): void {
  handler(message);
}

export type WarningHandler = (message: string) => void;

const shown = new Set<string>();
const printOnce: WarningHandler = (message) => {
  if (shown.has(message)) return;
  shown.add(message);
  console.warn(message);
};

let handler = printOnce;

/** Sends this package's warnings to `next`; null restores the default, which prints each text once by `console.warn`. */
export function onWarning(next: WarningHandler | null): void {
  handler = next ?? printOnce;
}

export function warn(message: string): void {
  handler(message);
}

import { describeGiven } from "./describe-given.ts";
import { ArgumentError } from "./errors.ts";

/** Takes one warning, a sentence or two. */
export type WarningHandler = (message: string) => void;

const shown = new Set<string>();
const printOnce: WarningHandler = (message) => {
  if (shown.has(message)) return;
  shown.add(message);
  console.warn(message);
};

let handler = printOnce;

/** Sends the warnings of all packages to `next`; null restores the default, which prints each text once by `console.warn`. @throws ArgumentError */
export function onWarning(next: WarningHandler | null): void {
  if (next !== null && typeof next !== "function") {
    const got = describeGiven(next);
    throw new ArgumentError({ where: "onWarning", expected: "a function of the message, or null", got });
  }
  handler = next ?? printOnce;
}

/** Hands a warning to the handler of `onWarning`: for packages. */
export function warn(message: string): void {
  handler(message);
}

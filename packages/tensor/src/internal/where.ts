import { callContext } from "../call-context.ts";

/** What an error names: the module that is running, or else the operation. */
export function whereOf(operation: string): string {
  return callContext()?.where() ?? operation;
}

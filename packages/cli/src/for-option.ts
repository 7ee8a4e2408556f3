import { FormatError, OctavoError } from "@octavo/spec";
import { UsageError } from "./option.ts";

/**
 * Does what an option's value asks for; where that cannot be, the option is to blame, not the function that it was handed to. Files that are
 * there and damaged are no matter of the option.
 * @param option with its command: `octavo mnist --kernels`. @throws UsageError
 */
export async function forOption<T>(option: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (!OctavoError.isInstance(cause) || cause instanceof FormatError) throw cause;
    const { expected, got, hint } = cause;
    throw new UsageError({ where: option, expected, got, hint, cause });
  }
}

import { ArgumentError } from "@octavo/spec";

import { describeArguments } from "./describe-arguments.ts";

/** The error for a kernel that refused its arguments; the C++ side says what it expected. */
export function argumentFailure(
  provider: string,
  kernel: string,
  expected: string,
  values: readonly unknown[],
): ArgumentError {
  return new ArgumentError({
    where: `${kernel} (${provider})`,
    expected,
    got: `(${describeArguments(values)})`,
    hint: "@octavo/spec says what this kernel takes; OCTAVO_KERNELS=reference runs it in TypeScript.",
  });
}

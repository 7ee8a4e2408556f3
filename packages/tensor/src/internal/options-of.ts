import { withDefaults } from "@octavo/spec";
import { callContext } from "../call-context.ts";

/**
 * How an operation reads its options: `withDefaults`, whose error names the operation, and the module that runs it. Made once for each operation,
 * since they run thousands of times a step; without options the defaults themselves are the answer.
 */
export function optionsOf<S extends object>(
  operation: string,
  defaults: { readonly [K in keyof S]: S[K] | undefined },
): (options: Partial<S> | undefined) => Readonly<S> {
  const where = () => [callContext()?.where(), operation].filter(Boolean).join(", ");
  return (options) =>
    (options === undefined ? defaults : withDefaults<object, object>(where, defaults, options)) as S;
}

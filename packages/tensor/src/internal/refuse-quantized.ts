import { DTypeError } from "@octavo/spec";
import { callContext } from "../call-context.ts";
import type { Tensor } from "../tensor.ts";

/**
 * @param hint what to do, where it is not what helps with most operations
 * @throws DTypeError that says which operation got a quantized tensor, from which module, and what to do.
 */
export function refuseQuantized(
  operation: string,
  inputs: readonly (Tensor | null)[],
  hint = hintFor(operation),
): never {
  const culprit = inputs.find((x) => x?.isQuantized)!;
  const context = callContext();
  const source = culprit.producer && context ? ` from ${context.nameOf(culprit.producer)}` : "";
  throw new DTypeError({
    where: context?.where() ?? operation,
    expected: functionals.has(operation) && context ? `float tensors for ${operation}` : "a float tensor",
    got: `${culprit.describe()}${source}`,
    hint,
  });
}

/**
 * For what several operations compute, before the first of them: that one has a name, and perhaps an input, of which the caller knows nothing.
 * @param hint as of `refuseQuantized`. @throws DTypeError as `refuseQuantized`.
 */
export function requireUnquantized(
  operation: string,
  inputs: readonly (Tensor | null)[],
  hint?: string,
): void {
  if (inputs.some((x) => x?.isQuantized)) refuseQuantized(operation, inputs, hint);
}

/** Operations by the names of the methods of `FloatFunctional`, which `convert` gives integer forms. */
const functionals = new Set(["add", "addScalar", "mul", "mulScalar", "cat", "matmul"]);

function hintFor(operation: string): string {
  return functionals.has(operation)
    ? `Its result needs a scale, which a module holds: use a FloatFunctional in the model (skip = new FloatFunctional(), then this.skip.${operation}(…)), or prepareFx instead of prepare. To compute it on floats, put a DeQuantStub before it.`
    : `This part of the model (${operation}) was not quantized: put a DeQuantStub before it, or give it a qconfig.`;
}

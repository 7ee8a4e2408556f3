import { DTypeError } from "@octavo/spec";
import { callContext } from "../call-context.ts";
import type { Tensor } from "../tensor.ts";

/** Operations by the names of the methods of `FloatFunctional`, which `convert` gives integer forms. */
const functionals = new Set(["add", "addScalar", "mul", "mulScalar", "cat", "matmul"]);

/** @throws DTypeError that says which operation got a quantized tensor, from which module, and what to do. */
export function refuseQuantized(operation: string, inputs: readonly (Tensor | null)[]): never {
  const culprit = inputs.find((x) => x?.isQuantized)!;
  const context = callContext();
  const source = culprit.producer && context ? ` from ${context.nameOf(culprit.producer)}` : "";
  const isFunctional = functionals.has(operation);
  throw new DTypeError({
    where: context?.where() ?? operation,
    expected: isFunctional && context ? `float tensors for ${operation}` : "a float tensor",
    got: `${culprit.describe()}${source}`,
    hint: isFunctional
      ? `Its result needs a scale, which a module holds: use a FloatFunctional in the model (skip = new FloatFunctional(), then this.skip.${operation}(…)), or prepareFx instead of prepare. To compute it on floats, put a DeQuantStub before it.`
      : `This part of the model (${operation}) was not quantized: put a DeQuantStub before it, or give it a qconfig.`,
  });
}

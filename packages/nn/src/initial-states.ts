import { ArgumentError } from "@octavo/spec";
import { callContext, kindOf, requireTensor, Tensor } from "@octavo/tensor";

/**
 * The states that a recurrent layer or cell begins with, as a list: none for zeros.
 * @param hasCell whether there are two, `[h, c]`, as of an LSTM; else h by itself is given
 * @throws ArgumentError for anything else: a tensor instead of two would be a list without entries.
 */
export function initialStates(where: string, hasCell: boolean, given: unknown): readonly Tensor[] {
  if (given === undefined || given === null) return [];
  const isRight = hasCell ? Array.isArray(given) && given.length === 2 : given instanceof Tensor;
  if (!isRight) {
    throw new ArgumentError({
      where: callContext()?.where() ?? where,
      expected: hasCell ? "initial states [h, c], two tensors" : "an initial state h, a tensor",
      got: given instanceof Tensor ? `a tensor by itself, ${given.describe()}` : kindOf(given),
      hint: hasCell
        ? "Both go in one list: (x, [h, c]). Leave them out to begin with zeros."
        : "It goes behind the input, in no list: (x, h). Leave it out to begin with zeros.",
    });
  }
  const states: readonly unknown[] = hasCell ? (given as readonly unknown[]) : [given];
  for (const state of states) requireTensor(state, where);
  return states as readonly Tensor[];
}

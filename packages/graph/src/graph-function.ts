import { applyOp } from "@octavo/tensor";
import type { Op, Tensor } from "@octavo/tensor";

/** A function of a graph that is no operation on tensors, such as reading a size. */
export interface PlainFunction {
  readonly name: string;
  readonly evaluate: (...args: never[]) => unknown;
}

/** What a `callFunction` node calls. */
export type GraphFunction = Op | PlainFunction;

/** One of several results: `operator.getitem` in torch's graphs. */
export const getItem: PlainFunction = {
  name: "getitem",
  evaluate: (value: Record<string | number, unknown>, key: string | number) => value[key],
};

/** Size of a tensor along an axis: numbers that follow the batch are read again on every run. */
export const size: PlainFunction = {
  name: "size",
  evaluate: (x: Tensor, axis: number) => x.shape[axis],
};

/** Calls a function with the arguments of a node; `kwargs` are the attributes of an op. */
export function evaluate(target: GraphFunction, args: readonly unknown[], kwargs: object): unknown {
  if ("evaluate" in target) return target.evaluate(...(args as never[]));
  return applyOp(target, args as (Tensor | null)[], kwargs);
}

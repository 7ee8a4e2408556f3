import { inputNames } from "@octavo/graph";
import type { Module } from "@octavo/nn";
import { ArgumentError, describeGiven, isPlainObject } from "@octavo/spec";
import { noGrad, Tensor } from "@octavo/tensor";

/** A tensor, or all arguments of forward: in order, or in order with names for the program. Names of several are no integers. */
export type ExampleInputs = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** Keys that an object has first and in their own order, wherever they were written. */
const integer = /^(?:0|[1-9]\d*)$/;

/**
 * Forward's arguments, each with its name in the program.
 * @throws ArgumentError for what are no tensors, and for names whose order would be the object's, not the caller's.
 */
export function namedInputs(where: string, model: Module, given: ExampleInputs): [name: string, x: Tensor][] {
  const keys = isPlainObject(given) ? Object.keys(given) : null;
  const inputs: unknown = keys ? Object.values(given) : given instanceof Tensor ? [given] : given;
  if (!Array.isArray(inputs)) throw noTensors(where, describeGiven(given));
  const other = inputs.findIndex((x) => !(x instanceof Tensor));
  if (other >= 0)
    throw noTensors(where, `${describeGiven(inputs[other])} for input ${keys?.[other] ?? other}`);
  if (keys && keys.length > 1) requireOrder(where, keys);
  const names = keys ?? (inputs.length > 1 ? inputNames(model, inputs.length) : ["input"]);
  // A tensor that is given twice stands for two inputs.
  const own = (x: Tensor, i: number) => (inputs.indexOf(x) < i ? noGrad(() => x.clone()) : x);
  return inputs.map((x: Tensor, i) => [names[i], own(x, i)]);
}

function requireOrder(where: string, names: readonly string[]): void {
  const name = names.find((key) => integer.test(key));
  if (name === undefined) return;
  throw new ArgumentError({
    where,
    expected: "names of inputs that are no integers",
    got: `'${name}'`,
    hint: "An object has integers first, in whatever order they were written: give a list, or names that begin with a letter.",
  });
}

function noTensors(where: string, got: string): ArgumentError {
  return new ArgumentError({
    where,
    expected: "example inputs: a tensor, a list of tensors, or tensors by name",
    got,
    hint: "Their values do not matter: zeros([1, 3, 224, 224]).",
  });
}

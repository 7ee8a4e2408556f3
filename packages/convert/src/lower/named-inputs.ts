import { inputNames } from "@octavo/graph";
import type { Module } from "@octavo/nn";
import { ArgumentError, describeGiven, isPlainObject } from "@octavo/spec";
import { noGrad, Tensor } from "@octavo/tensor";

/**
 * A tensor, or all arguments of forward: in order; by the names of its parameters, in any order; or in order with other names for the
 * program, which are no integers if there are several.
 */
export type ExampleInputs = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** Keys that an object has first and in their own order, wherever they were written. */
const integer = /^(?:0|[1-9]\d*)$/;

/**
 * Forward's arguments, each with its name in the program.
 * @throws ArgumentError for what are no tensors, for names whose order would be the object's, not the caller's, and for a parameter's
 *   name at another's place.
 */
export function namedInputs(where: string, model: Module, given: ExampleInputs): [name: string, x: Tensor][] {
  const keys = isPlainObject(given) ? inOrder(where, model, Object.keys(given)) : null;
  const inputs: unknown = keys
    ? keys.map((key) => (given as Record<string, Tensor>)[key])
    : given instanceof Tensor
      ? [given]
      : given;
  if (!Array.isArray(inputs)) throw noTensors(where, describeGiven(given));
  const other = inputs.findIndex((x) => !(x instanceof Tensor));
  if (other >= 0)
    throw noTensors(where, `${describeGiven(inputs[other])} for input ${keys?.[other] ?? other}`);
  const names = keys ?? (inputs.length > 1 ? inputNames(model, inputs.length) : ["input"]);
  // A tensor that is given twice stands for two inputs.
  const own = (x: Tensor, i: number) => (inputs.indexOf(x) < i ? noGrad(() => x.clone()) : x);
  return inputs.map((x: Tensor, i) => [names[i], own(x, i)]);
}

/** Of several names, forward's order where all of them are its parameters', or the caller's. */
function inOrder(where: string, model: Module, names: string[]): string[] {
  if (names.length < 2) return names;
  const integral = names.find((name) => integer.test(name));
  if (integral !== undefined) {
    throw new ArgumentError({
      where,
      expected: "names of inputs that are no integers",
      got: `'${integral}'`,
      hint: "An object has integers first, in whatever order they were written: give a list, or names that begin with a letter.",
    });
  }
  const parameters = inputNames(model, names.length);
  if (names.every((name) => parameters.includes(name))) return parameters;
  const misplaced = names.find((name, i) => parameters.includes(name) && parameters[i] !== name);
  if (misplaced === undefined) return names;
  throw new ArgumentError({
    where,
    expected: `inputs by the names of forward's parameters, ${parameters.join(", ")}, or in their order`,
    got: `${names.join(", ")}: '${misplaced}' at another's place`,
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

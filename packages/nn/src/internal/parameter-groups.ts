import { ArgumentError } from "@octavo/spec";
import { kindOf, Tensor } from "@octavo/tensor";
import { Module } from "../module.ts";
import type { GroupOptions } from "../optim/optimizer.ts";
import type { Parameter } from "../parameter.ts";

type Groups<O> = readonly GroupOptions<O>[];

/** What an optimiser is given, as groups. @throws ArgumentError for anything but parameters or groups of them. */
export function parameterGroups<O>(where: string, params: Iterable<Parameter> | Groups<O>): Groups<O> {
  const expected = "parameters, or a list of groups { params, … }";
  const given = [...listOf<Parameter | GroupOptions<O>>(where, expected, params)];
  if (given.every((item) => item instanceof Tensor)) {
    return [{ params: given as Parameter[] } as unknown as GroupOptions<O>];
  }
  return (given as Groups<O>).map((group, i) => ({
    ...group,
    params: parametersIn(`${where}, group ${i}`, group instanceof Module ? group : group?.params),
  }));
}

/** @throws ArgumentError for anything but parameters: a model comes to mind first. */
export function parametersIn(where: string, given: unknown): readonly Parameter[] {
  const parameters = [...listOf<Parameter>(where, "parameters", given)];
  const other = parameters.findIndex((item) => !(item instanceof Tensor));
  return other < 0 ? parameters : refuse(where, "parameters", parameters[other]);
}

/** A Sequential can be iterated too, over its modules. */
function listOf<T>(where: string, expected: string, given: unknown): Iterable<T> {
  const isList = typeof given === "object" && given !== null && Symbol.iterator in given;
  return isList ? (given as Iterable<T>) : refuse(where, expected, given);
}

function refuse(where: string, expected: string, given: unknown): never {
  const got =
    given instanceof Module
      ? `a module, ${given.typeName()}`
      : given instanceof Tensor
        ? "a tensor by itself"
        : kindOf(given);
  throw new ArgumentError({ where, expected, got, hint: "Pass model.parameters()." });
}

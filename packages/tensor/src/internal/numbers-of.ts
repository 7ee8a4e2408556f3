import { ArgumentError } from "@octavo/spec";
import { Tensor } from "../tensor.ts";
import { isTypedArray } from "./is-typed-array.ts";
import { kindOf } from "./kind-of.ts";
import { whereOf } from "./where.ts";

/** One number, or one for each channel: a list, a typed array of any kind or a tensor. */
export type Numbers = number | readonly number[] | (ArrayBufferView & ArrayLike<number | bigint>) | Tensor;

/** As float32; what is that already is not copied. @param what `scale`, for errors. @throws ArgumentError for what are no numbers. */
export function floatsOf(given: Numbers, where: string, what: string): Float32Array {
  return given instanceof Float32Array ? given : Float32Array.from(listOf(given, where, what, "a number"));
}

/** As int32; what is that already is not copied. @throws ArgumentError for what are no integers. */
export function integersOf(given: Numbers, where: string, what: string): Int32Array {
  if (given instanceof Int32Array) return given;
  const list = listOf(given, where, what, "an integer");
  const other = list.find((number) => (number | 0) !== number);
  if (other !== undefined) throw notNumbers(where, what, "an integer", String(other));
  return Int32Array.from(list);
}

function listOf(given: Numbers, where: string, what: string, kind: string): number[] {
  const source: unknown = given instanceof Tensor ? given.toArray() : given;
  const isList = Array.isArray(source) || isTypedArray(source);
  const list: unknown[] = isList ? Array.from(source as ArrayLike<unknown>) : [source];
  const numbers = list.map((one) => (typeof one === "bigint" ? Number(one) : one));
  const other = numbers.findIndex((one) => typeof one !== "number");
  if (other >= 0) throw notNumbers(where, what, kind, kindOf(isList ? list[other] : given));
  return numbers as number[];
}

function notNumbers(where: string, what: string, kind: string, got: string): ArgumentError {
  const expected = `${what}: ${kind}, or a list or tensor of them`;
  return new ArgumentError({ where: whereOf(where), expected, got });
}

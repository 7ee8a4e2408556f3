import { ArgumentError } from "@octavo/spec";
import { kindOf } from "@octavo/tensor";
import { Module } from "../module.ts";

/** @throws ArgumentError for what is no module: its class, say, or a function. */
export function requireModule(x: unknown, where: string): asserts x is Module {
  if (x instanceof Module) return;
  throw new ArgumentError({
    where,
    expected: "a module",
    got: kindOf(x),
    hint: "Of a class make one: new ReLU(). A function goes into the forward of a module of your own.",
  });
}

import type { Module } from "@octavo/nn";
import { GraphModule } from "./graph-module.ts";

/** A parameter without a default, or with a number or a name as one: no commas but those between parameters. */
const plainParameter = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?:=\s*[\w$.+-]+\s*)?$/u;
const comments = /\/\*[\s\S]*?\*\/|\/\/.*/g;
const parameterList = /^(?:async\s+)?(?:function\b\s*)?[\w$]*\s*\(([^)]*)/;

/**
 * What to call a model's first `count` inputs: what a graph calls them, or forward's parameters, as they stand in its source (a minifier
 * gives them other names). `input`, or `input0`, `input1`, … where one of them has no name there, as of `...inputs` or `{ x, y }`.
 */
export function inputNames(model: Module, count: number): string[] {
  const names = model instanceof GraphModule ? placeholderNames(model) : parameterNames(model);
  const numbered = Array.from({ length: count }, (_, i) => (count === 1 ? "input" : `input${i}`));
  return numbered.every((_, i) => names[i]) ? numbered.map((_, i) => names[i]!) : numbered;
}

function placeholderNames({ graph }: GraphModule): string[] {
  return graph.placeholders.map((node) => node.targetName);
}

function parameterNames({ forward }: Module): (string | undefined)[] {
  const source = Function.prototype.toString.call(forward).replaceAll(comments, "");
  const [, list = ""] = parameterList.exec(source) ?? [];
  return list.split(",").map((part) => plainParameter.exec(part)?.[1]);
}

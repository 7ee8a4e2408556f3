import type { Module } from "@octavo/nn";

/** Names of forward's parameters as they stand in its source; `input_1`, … where that cannot be read. */
export function inputNames(model: Module, count: number): string[] {
  const [, list = ""] = /^[^(]*\(([^()]*)\)/.exec(Function.prototype.toString.call(model.forward)) ?? [];
  const names = list.split(",").map((part) => /^\s*([A-Za-z_]\w*)\s*(=|:|$)/.exec(part)?.[1]);
  return Array.from({ length: count }, (_, i) => names[i] ?? `input_${i + 1}`);
}

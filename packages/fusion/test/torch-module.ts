import * as nn from "@octavo/nn";
import { Sequential } from "@octavo/nn";
import type { Module } from "@octavo/nn";
import { tensor, zeros } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import type { GoldenCase, GoldenTensor } from "@octavo/testing";

const classes = nn as unknown as Record<string, new (...args: unknown[]) => Module>;

/** Builds a module from what torch prints for it: `Conv1d(3, 9, kernel_size=(3,), stride=(1,))`. */
export function moduleOf(text: string): Module {
  const [, name, args] = /^(\w+)\((.*)\)$/.exec(text)!;
  const positional: unknown[] = [];
  const options: Record<string, unknown> = {};
  for (const part of args.match(/(?:\([^)]*\)|[^,(])+/g) ?? []) {
    const [key, value] = part.includes("=") ? part.split("=") : [null, part];
    const parsed = parse(value.trim());
    if (key === null) positional.push(parsed);
    else options[key.trim().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())] = parsed;
  }
  const { kernelSize, inFeatures, outFeatures, ...rest } = options;
  const leading = [...positional, ...[inFeatures, outFeatures, kernelSize].filter((x) => x !== undefined)];
  return new classes[name](...leading, rest);
}

function parse(text: string): unknown {
  if (text.startsWith("(")) return text.slice(1, -1).split(",").filter(Boolean).map(Number);
  return { True: true, False: false }[text] ?? Number(text);
}

export function tensorOf({ data, shape, dtype }: GoldenTensor): Tensor {
  return tensor(Array.from(data as ArrayLike<number | bigint>, Number), shape, { dtype });
}

/** The case's net as torch built it, with its weights. */
export function netOf(row: GoldenCase): Sequential {
  const net = new Sequential(...(row.args.modules as string[]).map(moduleOf));
  net.loadStateDict(
    new Map(
      Object.keys(row.inputs)
        .filter((key) => key !== "x")
        // The files keep the counter, a scalar in torch, as one element.
        .map((key) => [
          key,
          key.endsWith("num_batches_tracked") ? zeros([], { dtype: "int64" }) : tensorOf(row.input(key)),
        ]),
    ),
  );
  return net.eval();
}

/** `ConvReLU1d(Conv1d, ReLU)`, as the goldens write structure. */
export function structureOf(module: Module): string {
  const inner = [...module.children()].map(structureOf);
  return inner.length ? `${module.typeName()}(${inner.join(", ")})` : module.typeName();
}

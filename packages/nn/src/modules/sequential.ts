import { ArgumentError } from "@octavo/spec";
import type { Tensor } from "@octavo/tensor";
import { requireModule } from "../internal/require-module.ts";
import { Module } from "../module.ts";

type Layers = readonly Module[] | readonly [Readonly<Record<string, Module>>];

/** Names and modules: "0", "1", … or those of an object. */
function namesOf(layers: Layers): [name: string, module: Module][] {
  const [first] = layers;
  // Modules are functions.
  if (layers.length === 1 && typeof first === "object" && first !== null) return Object.entries(first);
  return layers.map((layer, i) => [String(i), layer as Module]);
}

/** Modules called one after the other: `new Sequential(a, b)`, or `new Sequential({ conv: a, relu: b })` with names. */
export class Sequential<I = Tensor, O = Tensor> extends Module<[x: I], O> {
  [name: number]: Module;

  constructor(...layers: Layers) {
    super();
    for (const [name, layer] of namesOf(layers)) this.append(layer, name);
  }

  override forward(x: any): any {
    let result = x;
    for (const layer of this) result = layer(result);
    return result;
  }

  [Symbol.iterator](): IterableIterator<Module> {
    return this.children();
  }

  /** Number of modules. Not `length`, which functions have. */
  get size(): number {
    return [...this].length;
  }

  /**
   * Adds a module at the end, under the next number or a name of its own.
   * @throws ArgumentError for a number among names, which JavaScript would put first.
   */
  append(module: Module, name = String(this.size)): this {
    requireModule(module, "Sequential");
    const names = [...this.namedChildren()].map(([known]) => known);
    Object.assign(this, { [name]: module });
    const last = [...this.namedChildren()].pop();
    if (last?.[0] === name) return this;
    Reflect.deleteProperty(this, name);
    throw new ArgumentError({
      where: "Sequential",
      expected: `a name that comes after ${names.join(", ")}`,
      got: `"${name}"`,
      hint: "Fields whose names are numbers come first in JavaScript: use numbers alone, or names alone.",
    });
  }
}

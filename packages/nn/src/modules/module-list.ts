import { ArgumentError } from "@octavo/spec";
import { requireModule } from "../internal/require-module.ts";
import { Module } from "../module.ts";

/** A list of modules that belong to the module that holds it; its owner calls them. */
export class ModuleList extends Module {
  [index: number]: Module;

  constructor(modules: Iterable<Module> = []) {
    super();
    for (const module of modules) this.append(module);
  }

  override forward(): never {
    throw new ArgumentError({
      where: "ModuleList",
      expected: "its modules to be called",
      got: "a call of the list",
      hint: "Loop over it in forward: for (const layer of this.layers) x = layer(x).",
    });
  }

  [Symbol.iterator](): IterableIterator<Module> {
    return this.children();
  }

  /** Number of modules. Not `length`, which functions have. */
  get size(): number {
    return [...this].length;
  }

  append(module: Module): this {
    requireModule(module, "ModuleList");
    return Object.assign(this, { [this.size]: module });
  }
}

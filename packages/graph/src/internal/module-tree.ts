import { ArgumentError } from "@octavo/spec";
import { Module, Parameter } from "@octavo/nn";
import type { Tensor } from "@octavo/tensor";

/** A module that only holds others, so that a graph's modules and tensors keep the paths they had. */
export class ModuleTree<I extends unknown[] = any[], O = any> extends Module<I, O> {
  override forward(..._inputs: I): O {
    throw new ArgumentError({
      where: "forward",
      expected: "a module of the graph",
      got: "a part of a GraphModule that only holds modules",
      hint: "Call the GraphModule.",
    });
  }

  override typeName(): string {
    return "Module";
  }

  /** Puts a module or tensor at a path, with holders on the way where there is nothing yet. */
  place(path: string, value: Module | Tensor): void {
    const [name, ...rest] = path.split(".");
    const fields = fieldsOf(this);
    if (rest.length > 0) {
      const inner = fields[name] instanceof Module ? (fields[name] as Module) : new ModuleTree();
      fields[name] = inner;
      inner.training = this.training;
      if (inner instanceof ModuleTree) inner.place(rest.join("."), value);
      else if (lookUp(inner, rest.join(".")) !== value) throw occupied(path, inner);
      return;
    }
    if (value instanceof Module || value instanceof Parameter) fields[name] = value;
    else this.registerBuffer(name, value);
  }
}

/** The module or tensor at a path, or undefined. */
export function lookUp(root: Module, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], root);
}

function fieldsOf(module: Module): Record<string, unknown> {
  return module as unknown as Record<string, unknown>;
}

function occupied(path: string, holder: Module): ArgumentError {
  return new ArgumentError({
    where: `GraphModule: ${path}`,
    expected: "a path that is free",
    got: `one inside ${holder.typeName()}, a module of the graph`,
  });
}

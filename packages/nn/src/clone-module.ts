import { ArgumentError } from "@octavo/spec";
import { Tensor } from "@octavo/tensor";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** What was copied already: things that were shared in the original are shared in the copy. */
export type Copies = Map<unknown, unknown>;

/**
 * A deep copy of a module: parameters, buffers, child modules, and arrays, plain objects, maps and sets in fields, with
 * hooks and training flags, without gradients. Frozen objects, functions and other class instances are shared; those
 * that have a `clone(copies)` method are asked for their copy.
 *
 * A class that needs more overrides `clone`, calls this, and completes the copy. JavaScript's `#private` fields cannot be
 * copied from outside: modules use TypeScript's `private` instead.
 */
export function cloneModule<M extends Module>(module: M, copies: Copies = new Map()): M {
  requireNoPrivateFields(module);
  // Runs Module's constructor alone: a class may want arguments that only its author knows.
  const copy = Reflect.construct(Module, [], module.constructor) as M;
  copies.set(module, copy);
  for (const key of Reflect.ownKeys(module)) {
    const { value, enumerable } = Object.getOwnPropertyDescriptor(module, key)!;
    const target = copy as unknown as Record<PropertyKey, unknown>;
    if (enumerable) target[key] = cloneValue(value, copies);
    else for (const item of value as Set<unknown>) (target[key] as Set<unknown>).add(item);
  }
  return copy;
}

const privateField = /(?:^|[\s;{}])(#[A-Za-z_$][\w$]*)\s*[=;(]/;

/** Without this, the copy would fail on its first use of the field. */
function requireNoPrivateFields(module: Module): void {
  let type = module.constructor;
  // A class that overrides `clone` sees to its private fields itself.
  while (type !== Module && !Object.hasOwn(type.prototype, "clone")) {
    const [, name] = privateField.exec(Function.prototype.toString.call(type)) ?? [];
    if (name) {
      throw new ArgumentError({
        where: `clone of ${module.typeName()}`,
        expected: "a module without private # fields, which cannot be copied",
        got: `${name} in class ${type.name}`,
        hint: "Use TypeScript's private, or override clone(). With inplace: true nothing is copied.",
      });
    }
    type = Object.getPrototypeOf(type) as typeof type;
  }
}

/** A deep copy of a field's value, by the rules of `cloneModule`. */
export function cloneValue<T>(value: T, copies: Copies): T {
  if (!isCopied(value)) return value;
  if (!copies.has(value)) copies.set(value, makeCopy(value, copies));
  return copies.get(value) as T;
}

function isCopied(value: unknown): value is object {
  if (value instanceof Module) return true;
  return typeof value === "object" && value !== null && !Object.isFrozen(value);
}

function makeCopy(value: object, copies: Copies): unknown {
  if (value instanceof Tensor) return cloneTensor(value);
  if ("clone" in value && typeof value.clone === "function") return value.clone(copies);
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  if (Array.isArray(value)) return value.map((item) => cloneValue(item, copies));
  if (value instanceof Set) return new Set([...value].map((item) => cloneValue(item, copies)));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, cloneValue(item, copies)]));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cloneValue(item, copies)]));
}

function cloneTensor(x: Tensor): Tensor {
  if (x instanceof Parameter) return new Parameter(x.detach().clone(), x.requiresGrad);
  const copy = x.detach().clone().keep();
  if (x.requiresGrad && x.node === null) copy.requiresGrad = true;
  return copy;
}

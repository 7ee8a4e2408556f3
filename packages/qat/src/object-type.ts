import { Module } from "@octavo/nn";
import { ArgumentError } from "@octavo/spec";
import * as functions from "@octavo/tensor";

/** A module class, or the name of a function met while tracing (`add`, `cat`). */
export type ObjectType = string | (abstract new (...args: never[]) => Module);

/** How one may say it: a function stands for its name, as `F.relu`. */
export type ObjectTypeLike = ObjectType | ((...args: never[]) => unknown);

const namesOfFunctions = new Map<unknown, string>(
  Object.entries(functions)
    .filter(([name, value]) => typeof value === "function" && /^[a-z]/.test(name))
    .map(([name, value]) => [value, name]),
);

/** All that calls can be of. Functions that are no operations (`stack`, `noGrad`) meet none, and a warning says so. */
const knownNames = new Set([...namesOfFunctions.values(), "geluTanh", "getitem", "size"]);

/** The type that a mapping compares calls with. @throws ArgumentError for what no call of a graph can be of. */
export function objectType(where: string, given: unknown): ObjectType {
  if (isModuleClass(given)) return given;
  const name = typeof given === "string" ? given : (namesOfFunctions.get(given) ?? nameOfOp(given));
  if (name !== null && (knownNames.has(name) || typeof given !== "string")) return name;
  throw new ArgumentError({
    where,
    expected: "a class of modules, or an operation on tensors: the function or its name",
    got: describe(given),
    hint: 'For example Linear, F.relu or "add"; an operation of one\'s own as what defineOp gave. One module goes by its path: setModuleName.',
  });
}

/** How an entry is printed. */
export function objectTypeName(type: ObjectType): string {
  return typeof type === "string" ? type : type.name;
}

function isModuleClass(given: unknown): given is Exclude<ObjectType, string> {
  return typeof given === "function" && given.prototype instanceof Module;
}

/** Of an op of the user's own, which no list knows. */
function nameOfOp(given: unknown): string | null {
  const { name, forward } = (given ?? {}) as { name?: unknown; forward?: unknown };
  const isOp = typeof name === "string" && typeof forward === "function" && !(given instanceof Module);
  return isOp ? name : null;
}

function describe(given: unknown): string {
  if (typeof given === "string") return `"${given}"`;
  if (given instanceof Module) return `a module, ${given.typeName()}`;
  return typeof given === "function" ? `function ${given.name}` : String(given);
}

import { kindOf, noGrad, Tensor, toMemoryFormat } from "@octavo/tensor";
import { ArgumentError, ShapeError, withDefaults } from "@octavo/spec";
import { prefixHint } from "./internal/prefix-hint.ts";
import { shortened } from "./internal/shortened.ts";
import type { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** Tensors by torch's names. */
export type StateDict = Map<string, Tensor>;

/**
 * State of a module that is not a tensor field of fixed shape (an observer's range): saved and loaded by the module
 * itself, under torch's names.
 */
export interface ExtraState {
  extraState(): StateDict;
  /** @throws for values that do not fit, before anything is changed. */
  loadExtraState(state: ReadonlyMap<string, Tensor>): void;
}

/** The module as one that has such state, or null. */
export function extraStateOf(module: Module): ExtraState | null {
  return "extraState" in module ? (module as unknown as ExtraState) : null;
}

/**
 * torch's spelling of a field path: `features.0.runningMean` → `features.0.running_mean`. Names that begin with a capital
 * (`Mixed_5b`, `AuxLogits`) are torch's already.
 */
export function torchName(path: string): string {
  return path.replace(/(?<=^|\.)[a-z_]\w*/g, (name) =>
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
}

const join = (prefix: string, name: string) => (prefix ? `${prefix}.${name}` : name);

/** Every module below `module` under each of its paths, as torch's state dicts repeat shared modules. */
function* everyPath(module: Module, path: string): IterableIterator<[path: string, module: Module]> {
  yield [path, module];
  for (const [name, child] of module.namedChildren()) yield* everyPath(child, join(path, torchName(name)));
}

/** A module's own parameters, then its buffers, by torch's names. */
function* ownTensors(module: Module): IterableIterator<[name: string, value: Tensor]> {
  for (const [name, value] of Object.entries(module)) {
    if (value instanceof Parameter) yield [torchName(name), value];
  }
  for (const [name, value] of module.namedBuffers("", false)) yield [torchName(name), value];
}

/**
 * Parameters, buffers and extra state by torch's names, in torch's order (each module's own, then its children's). The
 * tensors are the module's own, not copies.
 */
export function stateDict(module: Module, prefix = ""): StateDict {
  const state: StateDict = new Map();
  for (const [path, owner] of everyPath(module, prefix)) {
    for (const [name, value] of ownTensors(owner)) state.set(join(path, name), value);
    for (const [name, value] of extraStateOf(owner)?.extraState() ?? []) state.set(join(path, name), value);
  }
  return state;
}

export interface LoadOptions {
  /** Throw if names are missing or unknown (default), or only report them. */
  readonly strict?: boolean;
}

/**
 * Copies values into a module's parameters and buffers.
 * @throws ShapeError naming keys that do not fit, and, if strict, those missing or unknown, how many and the first few. Nothing is
 *   changed then.
 * @throws ArgumentError for a Promise or a plain object.
 */
export function loadStateDict(
  module: Module,
  source: ReadonlyMap<string, Tensor>,
  options: LoadOptions = {},
): { missingKeys: string[]; unexpectedKeys: string[] } {
  requireMap(module, source);
  const where = `loadStateDict of ${module.typeName()}`;
  const { strict } = withDefaults(where, { strict: true }, options);
  const owners = [...everyPath(module, "")];
  const own = new Map(
    owners.flatMap(([path, owner]) => [...ownTensors(owner)].map(([name, x]) => [join(path, name), x])),
  );
  const known = new Set(stateDict(module).keys());
  const missingKeys = [...known].filter((key) => !source.has(key));
  const unexpectedKeys = [...source.keys()].filter((key) => !known.has(key));
  const misfits = [...own].flatMap(([key, target]) =>
    source.has(key) ? misfitsOf(key, target, source.get(key)) : [],
  );
  const misnamed = strict ? [...listed("missing", missingKeys), ...listed("unknown", unexpectedKeys)] : [];
  if (misfits.length + misnamed.length > 0) {
    const hint = "strict: false ignores missing and unknown names, and returns them all.";
    throw new ShapeError({
      where,
      expected: "a state dict of the same model",
      got: [...(misfits.length > 0 ? [shortened(misfits, "; ")] : []), ...misnamed].join("; "),
      hint: misnamed.length > 0 ? (prefixHint(missingKeys, unexpectedKeys, source.size) ?? hint) : undefined,
    });
  }
  for (const [path, owner] of owners) {
    const extra = extraStateOf(owner);
    if (extra) extra.loadExtraState(ownEntries(source, path, extra.extraState().keys()));
  }
  for (const [key, target] of own) {
    const value = source.get(key);
    if (value) noGrad(() => target.raw().set(toMemoryFormat(value, target.memoryFormat).raw() as never));
  }
  return { missingKeys, unexpectedKeys };
}

/** Why a value cannot take the place of a tensor; empty if it can. */
function misfitsOf(key: string, target: Tensor, value: unknown): string[] {
  if (!(value instanceof Tensor)) return [`${key} is ${kindOf(value)} and should be a tensor`];
  const [shape, wanted] = [value, target].map((x) => `[${x.shape.join(", ")}]`);
  return [
    ...(shape === wanted ? [] : [`${key} is ${shape} and should be ${wanted}`]),
    ...(value.dtype === target.dtype ? [] : [`${key} is ${value.dtype} and should be ${target.dtype}`]),
  ];
}

function listed(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${names.length} ${what}: ${shortened(names)}`];
}

/** The values of these names below a path, as far as they are there. */
function ownEntries(source: ReadonlyMap<string, Tensor>, path: string, names: Iterable<string>): StateDict {
  const entries: StateDict = new Map();
  for (const name of names) {
    const value = source.get(join(path, name));
    if (value) entries.set(name, value);
  }
  return entries;
}

function requireMap(module: Module, source: unknown): void {
  if (typeof (source as StateDict | undefined)?.get === "function") return;
  const isPromise = source instanceof Promise;
  throw new ArgumentError({
    where: `loadStateDict of ${module.typeName()}`,
    expected: "a Map of tensors by name",
    got: isPromise ? "a Promise" : source === null ? "null" : typeof source,
    hint: isPromise
      ? "Await it: model.loadStateDict(await loadTensors(file))."
      : "new Map(Object.entries(values)) makes one of a plain object.",
  });
}

import { toMemoryFormat } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { ShapeError } from "@octavo/spec";
import type { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

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

function extraStateOf(module: Module): ExtraState | null {
  return "extraState" in module ? (module as unknown as ExtraState) : null;
}

/** torch's spelling of a field path: `features.0.runningMean` → `features.0.running_mean`. */
export function torchName(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Parameters and buffers by torch's names, in torch's order (each module's own, then its children's). The tensors are
 * the module's own, not copies.
 */
export function stateDict(module: Module, prefix = ""): StateDict {
  const state: StateDict = new Map();
  for (const [path, owner] of module.namedModules(prefix)) {
    for (const [name, value] of Object.entries(owner)) {
      if (value instanceof Parameter) state.set(keyOf(path, name), value);
    }
    for (const [name, value] of owner.namedBuffers(path, false)) state.set(torchName(name), value);
    for (const [name, value] of extraStateOf(owner)?.extraState() ?? []) state.set(keyOf(path, name), value);
  }
  return state;
}

function keyOf(path: string, name: string): string {
  return torchName(path ? `${path}.${name}` : name);
}

export interface LoadOptions {
  /** Throw if names are missing or unknown (default), or only report them. */
  readonly strict?: boolean;
}

/**
 * Copies values into a module's parameters and buffers.
 * @throws ShapeError naming every key that does not fit, and, if strict, those missing or unknown. Nothing is changed then.
 */
export function loadStateDict(
  module: Module,
  source: ReadonlyMap<string, Tensor>,
  { strict = true }: LoadOptions = {},
): { missingKeys: string[]; unexpectedKeys: string[] } {
  const state = stateDict(module);
  const missingKeys = [...state.keys()].filter((key) => !source.has(key));
  const unexpectedKeys = [...source.keys()].filter((key) => !state.has(key));
  const problems: string[] = [];
  const extras = extrasIn(module, source);
  const ownShape = new Set(extras.flatMap(({ keys }) => keys));
  for (const [key, target] of state) {
    if (ownShape.has(key)) continue;
    const value = source.get(key);
    if (value && value.shape.join() !== target.shape.join()) {
      problems.push(`${key} is [${value.shape}] and should be [${target.shape}]`);
    }
  }
  if (strict && missingKeys.length) problems.push(`missing: ${missingKeys.join(", ")}`);
  if (strict && unexpectedKeys.length) problems.push(`unknown: ${unexpectedKeys.join(", ")}`);
  if (problems.length) {
    throw new ShapeError({
      where: `loadStateDict of ${module.typeName()}`,
      expected: "a state dict of the same model",
      got: problems.join("; "),
      hint: "strict: false ignores missing and unknown names.",
    });
  }
  for (const { owner, values } of extras) owner.loadExtraState(values);
  for (const [key, target] of state) {
    const value = ownShape.has(key) ? undefined : source.get(key);
    if (value) target.raw().set(toMemoryFormat(value, target.memoryFormat).raw() as never);
  }
  return { missingKeys, unexpectedKeys };
}

/** The part of a state dict that each module with extra state loads by itself. */
function extrasIn(module: Module, source: ReadonlyMap<string, Tensor>) {
  return [...module.namedModules()].flatMap(([path, candidate]) => {
    const owner = extraStateOf(candidate);
    if (!owner) return [];
    const names = [...owner.extraState().keys()].filter((name) => source.has(keyOf(path, name)));
    const keys = names.map((name) => keyOf(path, name));
    return [{ owner, keys, values: new Map(names.map((name, i) => [name, source.get(keys[i])!])) }];
  });
}

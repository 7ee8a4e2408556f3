import { activeTracer, callContext, frame, tensorsIn } from "@octavo/tensor";
import type { Tensor } from "@octavo/tensor";
import { ArgumentError } from "@octavo/spec";
import { cloneModule } from "./clone-module.ts";
import type { Copies } from "./clone-module.ts";
import { enterCall } from "./module-call.ts";
import { formatModule } from "./format-module.ts";
import { Parameter } from "./parameter.ts";
import { loadStateDict, stateDict } from "./state-dict.ts";
import type { LoadOptions, StateDict } from "./state-dict.ts";

/** Sees the output of a forward; what it returns, if anything, takes its place. */
export type ForwardHook = (module: Module, inputs: unknown[], output: unknown) => unknown;

/** Makes instances callable: `model(x)` runs `forward` with hooks, tracing and memory management. */
export interface Module<I extends unknown[] = any[], O = any> {
  (...inputs: I): O;
}

/**
 * Base class of all networks, as torch.nn.Module. Fields that hold modules and parameters are found by themselves:
 *
 * ```ts ignore
 * class Net extends Module<[Tensor], Tensor> {
 *   conv = new Conv2d(1, 16, 3);
 *   relu = new ReLU();
 *   override forward(x: Tensor) { return this.relu(this.conv(x)); }
 * }
 * ```
 *
 * Instances are functions, so `net(x)` works as in torch. Property names are camelCase; state-dict keys are torch's
 * snake_case form of them. State lives in ordinary fields (TypeScript's `private` is fine): `clone` cannot copy
 * JavaScript's `#private` ones.
 */
export abstract class Module<I extends unknown[] = any[], O = any> {
  declare training: boolean;
  /**
   * How this module and those below it are quantized: a QConfig of `@octavo/qat`, or null to keep them float. Absent:
   * as the module above.
   */
  declare qconfig?: { readonly activation: object | null; readonly weight: object | null } | null;
  /** Called after every forward, in order of registration; what they return (if anything) replaces the output. */
  declare readonly forwardHooks: Set<ForwardHook>;
  declare private bufferNames: Set<string>;

  constructor() {
    const self = ((...inputs: I) => run(self, inputs)) as unknown as Module<I, O>;
    Object.setPrototypeOf(self, new.target.prototype);
    // A function's own name and length would hide fields of those names.
    Reflect.deleteProperty(self, "name");
    Reflect.deleteProperty(self, "length");
    self.training = true;
    hidden(self, "forwardHooks", new Set<ForwardHook>());
    hidden(self, "bufferNames", new Set<string>());
    return self;
  }

  abstract forward(...inputs: I): O;

  /** Registers a hook; the result removes it. */
  registerForwardHook(hook: ForwardHook): () => void {
    this.forwardHooks.add(hook);
    return () => void this.forwardHooks.delete(hook);
  }

  /** Declares the tensor field `name` as state that is saved but not trained. Assign the field later as usual. */
  protected registerBuffer(name: string, value: Tensor | null): void {
    (this as unknown as Record<string, unknown>)[name] = value;
    this.bufferNames.add(name);
  }

  /** Direct children by field name, in order of definition. */
  *namedChildren(): IterableIterator<[name: string, child: Module]> {
    for (const [name, value] of Object.entries(this)) if (value instanceof Module) yield [name, value];
  }

  *children(): IterableIterator<Module> {
    for (const [, child] of this.namedChildren()) yield child;
  }

  /** This module (path "") and all below, parents first; a module used twice appears once. */
  *namedModules(prefix = "", seen = new Set<Module>()): IterableIterator<[path: string, module: Module]> {
    if (seen.has(this as Module)) return;
    seen.add(this as Module);
    yield [prefix, this as Module];
    for (const [name, child] of this.namedChildren()) yield* child.namedModules(join(prefix, name), seen);
  }

  *modules(): IterableIterator<Module> {
    for (const [, module] of this.namedModules()) yield module;
  }

  /** Trained tensors with their paths; one shared by two modules appears once. */
  *namedParameters(prefix = "", recurse = true): IterableIterator<[path: string, parameter: Parameter]> {
    const seen = new Set<Parameter>();
    for (const [path, module] of recurse ? this.namedModules(prefix) : [[prefix, this as Module] as const]) {
      for (const [name, value] of Object.entries(module)) {
        if (!(value instanceof Parameter) || seen.has(value)) continue;
        seen.add(value);
        yield [join(path, name), value];
      }
    }
  }

  *parameters(recurse = true): IterableIterator<Parameter> {
    for (const [, parameter] of this.namedParameters("", recurse)) yield parameter;
  }

  /** Registered state that is not trained (running statistics, scales), where present. */
  *namedBuffers(prefix = "", recurse = true): IterableIterator<[path: string, buffer: Tensor]> {
    for (const [path, module] of recurse ? this.namedModules(prefix) : [[prefix, this as Module] as const]) {
      for (const name of module.bufferNames) {
        const value = (module as unknown as Record<string, Tensor | null>)[name];
        if (value) yield [join(path, name), value];
      }
    }
  }

  *buffers(): IterableIterator<Tensor> {
    for (const [, buffer] of this.namedBuffers()) yield buffer;
  }

  /** The module at a path such as `features.0.conv`. @throws ArgumentError naming the children there are. */
  getSubmodule(path: string): Module {
    let module: Module = this as Module;
    for (const name of path === "" ? [] : path.split(".")) {
      const child = (module as unknown as Record<string, unknown>)[name];
      if (!(child instanceof Module)) {
        const known = [...module.namedChildren()].map(([known]) => known).join(", ");
        throw new ArgumentError({
          where: `getSubmodule("${path}")`,
          expected: `one of the children of ${module.typeName()}: ${known || "none"}`,
          got: `"${name}"`,
        });
      }
      module = child;
    }
    return module;
  }

  /** Puts another module at a path. */
  setSubmodule(path: string, module: Module): void {
    const dot = path.lastIndexOf(".");
    const parent = this.getSubmodule(dot < 0 ? "" : path.slice(0, dot));
    parent.getSubmodule(path.slice(dot + 1));
    (parent as unknown as Record<string, unknown>)[path.slice(dot + 1)] = module;
  }

  /** Training mode: batch statistics, dropout. Reaches all modules below. */
  train(mode = true): this {
    this.training = mode;
    for (const child of this.children()) child.train(mode);
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /** Calls `visit` on every module, children first, as torch's apply. */
  apply(visit: (module: Module) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this as Module);
    return this;
  }

  /** A deep copy: see `cloneModule`. Classes with private fields override it. */
  clone(copies: Copies = new Map()): this {
    return cloneModule(this as Module, copies) as this;
  }

  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = value;
    return this;
  }

  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }

  /** Parameters and buffers by torch's names; the module's own tensors, not copies. */
  stateDict(prefix = ""): StateDict {
    return stateDict(this as Module, prefix);
  }

  /** Copies values in. @throws ShapeError for values or names that do not fit, and shows the first few; nothing is changed then. */
  loadStateDict(
    source: ReadonlyMap<string, Tensor>,
    options?: LoadOptions,
  ): ReturnType<typeof loadStateDict> {
    return loadStateDict(this as Module, source, options);
  }

  /** Name of the class, as printed: `Conv2d`. */
  typeName(): string {
    return this.constructor.name;
  }

  /** What is printed between the parentheses: `3, 16, kernel_size=(3, 3)`. */
  extraRepr(): string {
    return "";
  }

  toString(): string {
    return formatModule(this as Module);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function run<I extends unknown[], O>(module: Module<I, O>, inputs: I): O {
  return enterCall(module as Module, inputs, () => frame(() => observed(module as Module, inputs)) as O);
}

/** Runs a forward under the tracer, if there is one, with hooks; what comes out is the module's. */
function observed(module: Module, inputs: unknown[]): unknown {
  requireForward(module);
  const forward = () => {
    let output: unknown = module.forward(...inputs);
    for (const hook of module.forwardHooks) output = hook(module, inputs, output) ?? output;
    return output;
  };
  const tracer = activeTracer();
  const output = tracer ? tracer.call(module, inputs, forward) : forward();
  for (const x of tensorsIn(output)) x.producer = module;
  return output;
}

/** @throws ArgumentError for a class without one, or with a misspelt one, which only TypeScript's compiler would tell. */
function requireForward(module: Module): void {
  if (typeof module.forward === "function") return;
  throw new ArgumentError({
    where: callContext()!.where(),
    expected: `a method forward in class ${module.typeName()}`,
    got: "none",
    hint: "What the module computes: forward(x) { return this.layer(x); }",
  });
}

function hidden(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: false });
}

function join(prefix: string, name: string): string {
  return prefix ? `${prefix}.${name}` : name;
}

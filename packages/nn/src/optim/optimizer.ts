import { ArgumentError, UnaryOp, warn, withDefaults } from "@octavo/spec";
import { kernels } from "@octavo/backend";
import { frame, noGrad, Tensor, toMemoryFormat } from "@octavo/tensor";
import { parameterGroups } from "../internal/parameter-groups.ts";
import { requireSameOptions } from "../internal/require-same-options.ts";
import type { Parameter } from "../parameter.ts";

/** What all optimisers know; the learning rate is in units of the parameter per gradient. */
export interface BaseOptions {
  readonly lr?: number;
  readonly weightDecay?: number;
  /** Ascend instead of descend. */
  readonly maximize?: boolean;
}

/** Parameters with options of their own; what is absent is the optimiser's. */
export type GroupOptions<O> = { readonly params: Iterable<Parameter> } & Partial<O>;

/** A group as it runs; schedulers change `lr`, and the first of them notes in `initialLr` what it was. */
export type ParamGroup<O> = { params: Parameter[]; initialLr?: number } & {
  -readonly [K in keyof O]-?: O[K];
};

/** Tensors and counters of one parameter, by torch's names: `exp_avg`, `momentum_buffer`, `step`. */
export type ParameterState = Record<string, Tensor | number>;

/** What a checkpoint holds: groups with parameters as numbers, and the state of each. */
export interface OptimizerState {
  readonly state: Readonly<Record<number, Readonly<ParameterState>>>;
  readonly paramGroups: readonly (Readonly<Record<string, unknown>> & {
    readonly params: readonly number[];
  })[];
}

/** Base of the optimisers: parameter groups, gradients to zero, state to save. torch.optim.Optimizer. */
export abstract class Optimizer<O extends BaseOptions = BaseOptions> {
  readonly paramGroups: ParamGroup<O>[];
  readonly state = new Map<Parameter, ParameterState>();
  /** Calls of `step` in this process: schedulers warn if there is none. */
  steps = 0;

  /** @throws ArgumentError without parameters, with one twice, or with options unknown or out of range. */
  constructor(
    params: Iterable<Parameter> | readonly GroupOptions<O>[],
    defaults: { readonly [K in keyof O]-?: Exclude<O[K], undefined> },
    options: O,
  ) {
    const settings = withDefaults(new.target.name, defaults, options);
    const groups = parameterGroups<O>(new.target.name, params);
    this.paramGroups = groups.map(({ params, ...own }, i) => {
      const group = withDefaults(`${new.target.name}, group ${i}`, settings, own as unknown as O);
      return { ...group, params: [...params] } as unknown as ParamGroup<O>;
    });
    const all = this.paramGroups.flatMap((group) => group.params);
    if (all.length === 0 || new Set(all).size < all.length) {
      const got = all.length === 0 ? "none" : "one of them twice";
      throw new ArgumentError({ where: this.constructor.name, expected: "parameters, each once", got });
    }
    for (const group of this.paramGroups) this.check(group);
  }

  /** @throws ArgumentError for options out of range. */
  protected check(group: ParamGroup<O>): void {
    requireRange(this, "lr", group.lr, 0, Infinity);
    requireRange(this, "weightDecay", group.weightDecay, 0, Infinity);
  }

  /** Changes one parameter by its gradient, in place. */
  protected abstract update(parameter: Parameter, gradient: Float32Array, group: ParamGroup<O>): void;

  /** One step for every parameter that has a gradient; if none has, a warning, through `onWarning`. */
  step(): void {
    this.steps += 1;
    let updates = 0;
    frame(() =>
      noGrad(() => {
        for (const group of this.paramGroups) {
          for (const parameter of group.params) {
            if (!parameter.grad) continue;
            this.update(parameter, ascending(parameter.grad, group.maximize), group);
            updates += 1;
          }
        }
      }),
    );
    if (updates === 0) warn(nothingToDo(this));
  }

  /** Forgets all gradients; the next backward starts new sums. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const parameter of params) parameter.zeroGrad();
  }

  /** A parameter's state, made by `initial` the first time. Its tensors live as long as the optimiser. */
  protected stateOf<S extends ParameterState>(parameter: Parameter, initial: () => S): S {
    let state = this.state.get(parameter) as S | undefined;
    if (!state) {
      state = initial();
      for (const value of Object.values(state)) if (value instanceof Tensor) value.keep();
      this.state.set(parameter, state);
    }
    return state;
  }

  /** Groups and state for a checkpoint; tensors are the optimiser's own, not copies. */
  stateDict(): OptimizerState {
    const all = this.paramGroups.flatMap((group) => group.params);
    const entries = all.flatMap((parameter, i) => {
      const state = this.state.get(parameter);
      return state ? [[i, state] as const] : [];
    });
    const paramGroups = this.paramGroups.map((group) => ({
      ...group,
      params: group.params.map((parameter) => all.indexOf(parameter)),
    }));
    return { state: Object.fromEntries(entries), paramGroups };
  }

  /**
   * Takes back what `stateDict` gave, for parameters in the same order.
   * @throws ArgumentError if groups differ, or the state is another optimiser's, which shows in the names of its options.
   */
  loadStateDict({ state, paramGroups }: OptimizerState): void {
    const where = `loadStateDict of ${this.constructor.name}`;
    const sizes = (groups: readonly { params: readonly unknown[] }[]) =>
      groups.map(({ params }) => params.length).join();
    if (sizes(paramGroups) !== sizes(this.paramGroups)) {
      throw new ArgumentError({
        where,
        expected: `groups of ${sizes(this.paramGroups)} parameters`,
        got: sizes(paramGroups),
      });
    }
    paramGroups.forEach((saved, i) => requireSameOptions(where, this.paramGroups[i], saved));
    const all = this.paramGroups.flatMap((group) => group.params);
    this.state.clear();
    for (const [index, saved] of Object.entries(state)) {
      const parameter = all[Number(index)];
      const copies = Object.entries(saved).map(([name, value]) => [name, ownCopy(value, parameter)]);
      this.state.set(parameter, Object.fromEntries(copies) as ParameterState);
    }
    paramGroups.forEach((saved, i) => {
      Object.assign(this.paramGroups[i], saved, { params: this.paramGroups[i].params });
    });
  }
}

function nothingToDo<O extends BaseOptions>({ constructor, paramGroups }: Optimizer<O>): string {
  const count = paramGroups.reduce((sum, { params }) => sum + params.length, 0);
  return (
    `${constructor.name}.step: none of its ${count} parameters has a gradient, so none changes. Call backward() before it. fuseModules, ` +
    "prepare and prepareQat give copies of a model, with parameters of their own: make the optimiser after them."
  );
}

/** Kernels read state beside the parameter, element by element: it lies in the parameter's format, which files do not know. */
function ownCopy(value: Tensor | number, { memoryFormat }: Parameter): Tensor | number {
  return value instanceof Tensor ? toMemoryFormat(value.detach().clone(), memoryFormat).keep() : value;
}

function ascending(gradient: Tensor, maximize: boolean | undefined): Float32Array {
  if (!maximize) return gradient.data;
  const negative = new Tensor(gradient);
  kernels().unary(UnaryOp.neg, gradient.data, negative.data, 0, 0);
  return negative.data;
}

/** A tensor of zeros like a parameter. */
export function zerosLike({ shape, memoryFormat }: Tensor): Tensor {
  const result = new Tensor({ shape, memoryFormat });
  result.data.fill(0);
  return result;
}

/** @throws ArgumentError unless low ≤ value < high. */
export function requireRange(
  optimizer: object,
  name: string,
  value: number | undefined,
  low: number,
  high: number,
): void {
  if (value !== undefined && value >= low && value < high) return;
  throw new ArgumentError({
    where: optimizer.constructor.name,
    expected: `${name} ≥ ${low}${high < Infinity ? ` and < ${high}` : ""}`,
    got: String(value),
  });
}
